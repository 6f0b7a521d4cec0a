/** Pause between two probes: the first, and the longest it grows to while they keep failing. */
const PAUSE_MS_FIRST = 1_000;
const PAUSE_MS_MAX = 4_000;
/** A prober's result may be on its way for one report and one push. */
const SILENCE_MS = 2_000;
/** What a process said before it was elected may be as old as this, and says nothing of its probe. */
const REPORT_MS = 1_000;

export interface ProbeCandidate {
  readonly instance: string;
  /** Calls it holds: who has work to do makes the probe worth an answer. */
  readonly waiting: number;
  readonly inFlight: number;
}

/**
 * Elects the one process that may try a dependency that is held. Of those with calls waiting, the next after the last prober in
 * the order of their names: a process whose own network is the fault does not keep the job. One whose calls have all given up
 * makes way for one that has some. One that stays silent for the callers' time-out and a report more is taken for dead, and
 * another is elected.
 */
export class Prober {
  #instance: string | undefined;
  #silentAtMs = 0;
  #nextAtMs = 0;
  #pauseMs = PAUSE_MS_FIRST;
  #lastProber = "";
  #electedMs = 0;

  /** Who may probe now; `undefined` between probes. */
  get instance(): string | undefined {
    return this.#instance;
  }

  get electedMs(): number {
    return this.#electedMs;
  }

  /** When the next probe goes out: at the earliest, or, while one is out, if nothing is heard of it. */
  get nextAtMs(): number {
    return this.#instance === undefined ? this.#nextAtMs : this.#silentAtMs;
  }

  start(nowMs: number): void {
    this.#instance = undefined;
    this.#pauseMs = PAUSE_MS_FIRST;
    this.#nextAtMs = nowMs + PAUSE_MS_FIRST;
  }

  stop(): void {
    this.#instance = undefined;
  }

  /** The fleet's answers since the last tick: while all is held, they are the probe's, and stragglers of before. */
  failed(nowMs: number): void {
    if (this.#instance === undefined) return;
    this.#instance = undefined;
    this.#nextAtMs = nowMs + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, PAUSE_MS_MAX);
  }

  elect(candidates: readonly ProbeCandidate[], timeoutMs: number, nowMs: number): void {
    if (this.#instance !== undefined) {
      const elected = candidates.find(({ instance }) => instance === this.#instance);
      if (elected && nowMs < this.#silentAtMs && !this.#isIdle(elected, candidates, nowMs)) return;
      this.#instance = undefined;
      this.#nextAtMs = nowMs;
    }
    if (nowMs < this.#nextAtMs) return;
    const wanting = candidates.filter(({ waiting }) => waiting > 0);
    const names = (wanting.length > 0 ? wanting : candidates)
      .map(({ instance }) => instance)
      .sort();
    this.#instance = names.find((name) => name > this.#lastProber) ?? names[0];
    if (this.#instance === undefined) return;
    this.#lastProber = this.#instance;
    this.#electedMs = nowMs;
    this.#silentAtMs = nowMs + timeoutMs + SILENCE_MS;
  }

  /** It has no call to try with, and another has. With its probe in flight nothing waits any more: that is no idleness. */
  #isIdle(
    { waiting, inFlight }: ProbeCandidate,
    candidates: readonly ProbeCandidate[],
    nowMs: number,
  ): boolean {
    if (waiting + inFlight > 0 || nowMs - this.#electedMs < REPORT_MS) return false;
    return candidates.some((other) => other.waiting > 0);
  }
}
