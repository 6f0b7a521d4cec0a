/** Pause between two probes: the first, and the longest it grows to while they keep failing. */
const PAUSE_MS_FIRST = 1_000;
const PAUSE_MS_MAX = 4_000;
/** A prober's result may be on its way for one report and one push. */
const SILENCE_MS = 2_000;

export interface ProbeCandidate {
  readonly instance: string;
  /** Calls it holds: who has work to do makes the probe worth an answer. */
  readonly waiting: number;
}

/**
 * Elects the one process that may try a dependency that is held. Of those with calls waiting, the next after the last prober in
 * the order of their names: a process whose own network is the fault does not keep the job. One that stays silent for the
 * callers' time-out and a report more is taken for dead, and another is elected.
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

  /** When the next probe goes out at the earliest. */
  get nextAtMs(): number {
    return this.#nextAtMs;
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
      const isThere = candidates.some(({ instance }) => instance === this.#instance);
      if (isThere && nowMs < this.#silentAtMs) return;
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
}
