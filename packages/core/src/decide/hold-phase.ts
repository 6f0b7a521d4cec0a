import { Prober } from "./prober.ts";
import type { ProbeCandidate } from "./prober.ts";
import { Ramp } from "./ramp.ts";

export type Phase = "open" | "held" | "ramping";

export interface HoldInput {
  readonly nowMs: number;
  /** Answers since the last tick. */
  readonly good: number;
  readonly errors: number;
  readonly timeouts: number;
  readonly inFlight: number;
  readonly candidates: readonly ProbeCandidate[];
  readonly timeoutMs: number;
  /**
   * What is in flight is bounded: where everything times out that leaves a trickle, which finds out as a probe would and grows at once when
   * answers come. Only errors, which come back in no time, hold then.
   */
  readonly isBounded: boolean;
  /** The ramp is over when it allows this much. */
  readonly rampUntil: number;
  readonly holdMsMax: number;
  readonly mayHold: boolean;
}

/** Down means: of the last seconds' answers almost none was good. */
const WINDOW_MS = 3_000;
const GOOD_SHARE_DOWN = 0.05;
/** If the true share of good answers were a half, ten bad ones in a row would come once in a thousand. */
const BAD_MIN = 10;
/** Time-outs speak late, and of a queue that a smaller bound may already have ended: they must go on for two more time-outs. */
const PATIENCE_TIMEOUTS = 2;

interface Slice {
  readonly endMs: number;
  readonly good: number;
  readonly errors: number;
  readonly bad: number;
}

/** Open, held with one elected prober, or let back by a ramp. */
export class HoldPhase {
  readonly prober = new Prober();
  readonly #ramp = new Ramp();
  #phase: Phase = "open";
  #heldMs = 0;
  #slices: Slice[] = [];

  get phase(): Phase {
    return this.#phase;
  }

  get allowance(): number {
    return this.#ramp.allowance;
  }

  get heldSinceMs(): number {
    return this.#heldMs;
  }

  observe(input: HoldInput): Phase {
    if (!input.mayHold) this.release();
    else if (this.#phase === "open") this.#watch(input);
    else if (this.#phase === "held") this.#probe(input);
    else this.#climb(input);
    return this.#phase;
  }

  hold(nowMs: number, sinceMs = nowMs): void {
    this.#phase = "held";
    this.#heldMs = sinceMs;
    this.#slices = [];
    this.prober.start(nowMs);
  }

  /** Nobody is held any more: it is not wanted, or there is nobody left who could probe. */
  release(): void {
    this.#phase = "open";
    this.#slices = [];
    this.prober.stop();
  }

  #watch({ nowMs, good, errors, timeouts, timeoutMs, isBounded }: HoldInput): void {
    const patienceMs = WINDOW_MS + PATIENCE_TIMEOUTS * timeoutMs;
    this.#slices = this.#slices.filter(({ endMs }) => endMs > nowMs - patienceMs);
    this.#slices.push({ endMs: nowMs, good, errors, bad: errors + (isBounded ? 0 : timeouts) });
    const recent = this.#slices.filter(({ endMs }) => endMs > nowMs - WINDOW_MS);
    if (isDown(recent, ({ errors }) => errors) || isDown(this.#slices, ({ bad }) => bad))
      this.hold(nowMs);
  }

  #probe(input: HoldInput): void {
    const { nowMs, good, errors, timeouts, inFlight, candidates, timeoutMs, holdMsMax } = input;
    const bad = errors + timeouts;
    const isProbing = this.prober.instance !== undefined;
    // A hold that no probe ends is no longer a judgement of the dependency: the ramp finds out at a trickle.
    if (good > bad || nowMs - this.#heldMs > holdMsMax) {
      this.#phase = "ramping";
      this.prober.stop();
      this.#ramp.start();
      return;
    }
    if (bad > 0) this.prober.failed(nowMs);
    // What was in flight before the hold still comes back, and would be taken for the probe's answer.
    const isDrained = isProbing || inFlight === 0 || nowMs - this.#heldMs > timeoutMs;
    if (isDrained) this.prober.elect(candidates, timeoutMs, nowMs);
  }

  #climb({ nowMs, good, errors, timeouts, rampUntil }: HoldInput): void {
    if (!this.#ramp.step(good, errors + timeouts)) this.hold(nowMs);
    else if (this.#ramp.allowance >= rampUntil) this.release();
  }
}

function isDown(slices: readonly Slice[], badOf: (slice: Slice) => number): boolean {
  const good = slices.reduce((sum, slice) => sum + slice.good, 0);
  const bad = slices.reduce((sum, slice) => sum + badOf(slice), 0);
  return bad >= BAD_MIN && good <= GOOD_SHARE_DOWN * (good + bad);
}
