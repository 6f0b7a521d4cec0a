export interface TrickleInput {
  /** Since the last tick. */
  readonly good: number;
  readonly timeouts: number;
  readonly seconds: number;
  /** Seconds that callers wait for an answer. */
  readonly timeoutS: number;
  /** The trickle is over when it allows this much. */
  readonly until: number;
}

/** By then all that was in flight at the last good answer has timed out, and was reported; sent since, it tells no more. */
const SILENT_TIMEOUTS = 1.25;
/** Fewer time-outs than this may be the hung ones among few calls. */
const TIMEOUTS_MIN = 10;
/** Of what ends the trickle: two rounds of answers lead there. Where only answers warm a cache, fewer would leave it cold. */
const SHARE_SILENT = 0.25;
/** One may be the call that hangs whatever the dependency does. */
const ALLOWANCE_MIN = 2;

/**
 * What may be in flight at a dependency that answers nobody: a few attempts, which tell when it is back. More would fill its queue with
 * work for nobody, which it had to do first when it is back. Each good answer then allows one more, so every round of answers doubles
 * what is in flight.
 */
export class Trickle {
  #silentS = 0;
  #timeouts = 0;
  #allowance: number | undefined;

  /** `undefined` while the dependency answers. */
  observe({ good, timeouts, seconds, timeoutS, until }: TrickleInput): number | undefined {
    if (good > 0) this.#hear(good, until);
    else {
      this.#silentS += seconds;
      this.#timeouts += timeouts;
      if (this.#timeouts >= TIMEOUTS_MIN && this.#silentS > SILENT_TIMEOUTS * timeoutS)
        this.#allowance = Math.max(ALLOWANCE_MIN, SHARE_SILENT * until);
    }
    return this.#allowance;
  }

  #hear(good: number, until: number): void {
    this.#silentS = 0;
    this.#timeouts = 0;
    if (this.#allowance === undefined) return;
    const allowance = this.#allowance + good;
    this.#allowance = allowance < until ? allowance : undefined;
  }
}
