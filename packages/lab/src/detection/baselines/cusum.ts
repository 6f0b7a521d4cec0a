import type { SeriesDetector } from "./series.ts";
import { MEMORY, RunningMoments, WARM_UP } from "./series.ts";

/** Page's one-sided CUSUM of standardised values; learns from what it does not alarm at, and starts anew after an alarm. */
export class Cusum implements SeriesDetector {
  readonly #allowance: number;
  readonly #threshold: number;
  readonly #moments = new RunningMoments(MEMORY);
  #statistic = 0;

  constructor(allowance: number, threshold: number) {
    this.#allowance = allowance;
    this.#threshold = threshold;
  }

  observe(value: number): boolean {
    if (this.#moments.count < WARM_UP) {
      this.#moments.learn(value);
      return false;
    }
    this.#statistic = Math.max(0, this.#statistic + this.#moments.z(value) - this.#allowance);
    if (this.#statistic <= this.#threshold) {
      this.#moments.learn(value);
      return false;
    }
    this.#statistic = 0;
    return true;
  }
}
