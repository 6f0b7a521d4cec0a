/** Weight of the newest sample; about the last fifteen count. */
const ALPHA = 1 / 8;

/**
 * How long a good attempt takes, learned as an exponentially weighted mean. It answers one question: can a call that goes out
 * now still be in time? Unknown, it says 0 and refuses nobody. Only attempts that ended ok count: a fast rejection says
 * nothing about how long work takes.
 */
export class ServiceTime {
  #meanMs = 0;
  #isKnown = false;

  get meanMs(): number {
    return this.#meanMs;
  }

  record(durationMs: number): void {
    this.#meanMs = this.#isKnown ? this.#meanMs + ALPHA * (durationMs - this.#meanMs) : durationMs;
    this.#isKnown = true;
  }
}
