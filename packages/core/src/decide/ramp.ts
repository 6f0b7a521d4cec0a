/** With good answers the allowance doubles, so it reaches any capacity mu in log2(mu) steps. */
const GROWTH = 2;

/**
 * Lets a fleet back to a dependency that came up again: starts at one attempt in flight and doubles for every step whose answers
 * were good. Steps follow answers, not the clock: no answers, no growth. A bad step falls back to where it began.
 */
export class Ramp {
  #allowance = 1;

  get allowance(): number {
    return this.#allowance;
  }

  start(): void {
    this.#allowance = 1;
  }

  /** `false`: the dependency is down again. */
  step(good: number, bad: number): boolean {
    if (bad > good) return false;
    // One allowance's worth of answers, or nearly: half of it may still be in flight at the tick.
    if (good >= this.#allowance / 2 && bad === 0) this.#allowance *= GROWTH;
    return true;
  }
}
