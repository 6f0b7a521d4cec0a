/** What was seen between two ticks. */
export interface BoundSlice {
  readonly endMs: number;
  readonly seconds: number;
  readonly good: number;
  /** Of the good ones, those that took much longer than usual. */
  readonly slow: number;
  readonly timeouts: number;
  readonly errors: number;
  readonly inFlight: number;
}

/** The last seconds, as far as the bound looks back. */
export class BoundWindow {
  #slices: BoundSlice[] = [];

  get last(): BoundSlice | undefined {
    return this.#slices.at(-1);
  }

  /** Keeps what ended in the last `keepMs`. */
  push(slice: BoundSlice, keepMs: number): void {
    this.#slices = this.#slices.filter(({ endMs }) => endMs > slice.endMs - keepMs);
    this.#slices.push(slice);
  }

  /** What was before says nothing of what begins. */
  restart(): void {
    this.#slices = this.#slices.slice(-1);
  }

  sum(of: "good" | "slow" | "timeouts" | "errors", withinMs = Number.POSITIVE_INFINITY): number {
    return this.#within(withinMs).reduce((total, slice) => total + slice[of], 0);
  }

  /** Good answers a second. */
  rate(withinMs = Number.POSITIVE_INFINITY): number {
    const slices = this.#within(withinMs);
    const seconds = slices.reduce((total, slice) => total + slice.seconds, 0);
    return this.sum("good", withinMs) / Math.max(seconds, 0.001);
  }

  /** Attempt-seconds that were spent in flight. */
  get spentS(): number {
    return this.#slices.reduce((total, { inFlight, seconds }) => total + inFlight * seconds, 0);
  }

  #within(ms: number): readonly BoundSlice[] {
    const fromMs = (this.last?.endMs ?? 0) - ms;
    return this.#slices.filter(({ endMs }) => endMs > fromMs);
  }
}
