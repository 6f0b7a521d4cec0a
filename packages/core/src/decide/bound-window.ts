import { mergeHistograms } from "../signals/histogram.ts";
import type { HistogramData } from "../signals/histogram.ts";

/** What was seen between two ticks. */
export interface BoundSlice {
  readonly endMs: number;
  readonly seconds: number;
  readonly good: number;
  /** Seconds that the good ones took. */
  readonly took: HistogramData | undefined;
  /** Of the good ones, those that took much longer than usual. */
  readonly slow: number;
  readonly timeouts: number;
  readonly errors: number;
  readonly inFlight: number;
  /** Of those in flight at its end, how many are open for much longer than an answer usually takes. */
  readonly old: number;
  /** Attempts of which it turned out in this time that they take much longer than usual, those still open included. */
  readonly late: number;
}

type Counted = "good" | "slow" | "timeouts" | "errors" | "late" | "seconds";

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

  sum(of: Counted, withinMs = Number.POSITIVE_INFINITY): number {
    return this.#within(withinMs).reduce((total, slice) => total + slice[of], 0);
  }

  /** Good answers a second. */
  rate(withinMs = Number.POSITIVE_INFINITY): number {
    return this.sum("good", withinMs) / Math.max(this.sum("seconds", withinMs), 0.001);
  }

  /** Seconds that good answers took. */
  get took(): HistogramData | undefined {
    return mergeHistograms(this.#slices.flatMap(({ took }) => took ?? []));
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
