import type { SeriesDetector } from "./series.ts";
import { MEMORY, RunningMoments, WARM_UP } from "./series.ts";

/** Exponentially weighted moving average of standardised values (S. W. Roberts, 1959): abnormal above L · √(λ / (2 − λ)). */
export class Ewma implements SeriesDetector {
  readonly #gain: number;
  readonly #threshold: number;
  readonly #moments = new RunningMoments(MEMORY);
  #average = 0;

  constructor(gain: number, width: number) {
    this.#gain = gain;
    this.#threshold = width * Math.sqrt(gain / (2 - gain));
  }

  observe(value: number): boolean {
    if (this.#moments.count < WARM_UP) {
      this.#moments.learn(value);
      return false;
    }
    this.#average += this.#gain * (this.#moments.z(value) - this.#average);
    const isAbnormal = this.#average > this.#threshold;
    if (!isAbnormal) this.#moments.learn(value);
    return isAbnormal;
  }
}
