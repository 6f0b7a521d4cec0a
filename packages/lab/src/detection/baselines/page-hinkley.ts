import type { SeriesDetector } from "./series.ts";
import { MEMORY, RunningMoments, WARM_UP } from "./series.ts";

/** What a value may exceed the mean by; the default of the river library. */
const DELTA = 0.005;

/** Page and Hinkley's test on standardised values: U ← U + z − mean − δ, abnormal when U − min U > λ. Starts anew after an alarm. */
export class PageHinkley implements SeriesDetector {
  readonly #threshold: number;
  readonly #moments = new RunningMoments(MEMORY);
  #count = 0;
  #mean = 0;
  #sum = 0;
  #least = 0;

  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  observe(value: number): boolean {
    const z = this.#moments.count < WARM_UP ? 0 : this.#moments.z(value);
    this.#moments.learn(value);
    this.#count += 1;
    this.#mean += (z - this.#mean) / this.#count;
    this.#sum += z - this.#mean - DELTA;
    this.#least = Math.min(this.#least, this.#sum);
    if (this.#sum - this.#least <= this.#threshold) return false;
    this.#count = 0;
    this.#mean = 0;
    this.#sum = 0;
    this.#least = 0;
    return true;
  }
}
