const THETA = 0.55;
const BOUND_MIN = 12;
const WINDOW_MS = 2_000;

export interface LittleTick {
  readonly nowMs: number;
  /** Good answers since the last tick. */
  readonly answered: number;
  /** What was in flight when the first rejection since the last tick came; undefined: none came. */
  readonly inFlightAtReject: number | undefined;
}

/**
 * How much a fleet may have in flight, by Little's law: as much as the dependency answers in a share of its callers' time-out, so
 * that whatever it takes in it answers in time.
 *
 *     B = max(12, X * 0.55 * timeout),   X good answers per second over 2 s
 *     on a rejection B falls to the in-flight at which it came, and rises from there by 1 with each tick without
 */
export class LittleBound {
  readonly #timeoutMs: number;
  readonly #ticks: { readonly atMs: number; readonly answered: number }[] = [];
  #rejected: number | undefined;
  #bound = Number.POSITIVE_INFINITY;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Infinite until the first tick. */
  get bound(): number {
    return this.#bound;
  }

  tick({ nowMs, answered, inFlightAtReject }: LittleTick): void {
    this.#ticks.push({ atMs: nowMs, answered });
    while (this.#ticks[0]!.atMs <= nowMs - WINDOW_MS) this.#ticks.shift();
    const sum = this.#ticks.reduce((total, tick) => total + tick.answered, 0);
    const perMs = sum / Math.min(nowMs, WINDOW_MS);
    const little = Math.max(BOUND_MIN, perMs * THETA * this.#timeoutMs);
    if (inFlightAtReject !== undefined) this.#rejected = Math.max(1, inFlightAtReject);
    else if (this.#rejected !== undefined) this.#rejected += 1;
    if (this.#rejected !== undefined && this.#rejected >= little) this.#rejected = undefined;
    this.#bound = Math.min(little, this.#rejected ?? little);
  }
}
