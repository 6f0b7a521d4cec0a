import type { SeriesDetector } from "./series.ts";
import { MEMORY, WARM_UP } from "./series.ts";

/** Makes the median absolute deviation a standard deviation, where values are normal. */
const NORMAL = 1.4826;
const SPREAD_MIN = 0.01;

/** Distance from the median of the last values, in median absolute deviations (F. R. Hampel, 1974). */
export class MedianDeviation implements SeriesDetector {
  readonly #threshold: number;
  readonly #last: number[] = [];

  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  observe(value: number): boolean {
    const isAbnormal = this.#last.length >= WARM_UP && this.#z(value) > this.#threshold;
    this.#last.push(value);
    if (this.#last.length > MEMORY) this.#last.shift();
    return isAbnormal;
  }

  #z(value: number): number {
    const median = middleOf(this.#last);
    const deviation = middleOf(this.#last.map((each) => Math.abs(each - median)));
    return (value - median) / Math.max(NORMAL * deviation, SPREAD_MIN);
  }
}

function middleOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
