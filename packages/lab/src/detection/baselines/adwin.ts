import type { SeriesDetector } from "./series.ts";
import { WARM_UP } from "./series.ts";

/** The least part on either side of a cut, and the longest window kept. */
const PART_MIN = 3;
const WINDOW_MAX = 480;

/**
 * ADWIN (A. Bifet and R. Gavaldà, 2007), every cut tried: the window is cut where the means of its parts differ by more than
 *
 *     √(2/m · σ² · ln(2/δ')) + 2/(3m) · ln(2/δ'),   δ' = δ / ln n,   1/m = 1/n0 + 1/n1
 *
 * and the older part is dropped. Abnormal when the newer part is the higher one.
 */
export class Adwin implements SeriesDetector {
  readonly #delta: number;
  #window: number[] = [];

  constructor(delta: number) {
    this.#delta = delta;
  }

  observe(value: number): boolean {
    this.#window.push(value);
    if (this.#window.length > WINDOW_MAX) this.#window.shift();
    if (this.#window.length < WARM_UP) return false;
    const cut = this.#cut();
    if (!cut) return false;
    this.#window = this.#window.slice(cut.at);
    return cut.isHigher;
  }

  #cut(): { readonly at: number; readonly isHigher: boolean } | undefined {
    const n = this.#window.length;
    const total = this.#window.reduce((sum, value) => sum + value, 0);
    const variance = this.#window.reduce((sum, value) => sum + (value - total / n) ** 2, 0) / n;
    const log = Math.log((2 * Math.log(n)) / this.#delta);
    let before = 0;
    for (let at = 1; at <= n - PART_MIN; at += 1) {
      before += this.#window[at - 1] ?? 0;
      if (at < PART_MIN) continue;
      const m = 1 / (1 / at + 1 / (n - at));
      const difference = (total - before) / (n - at) - before / at;
      if (Math.abs(difference) > Math.sqrt((2 / m) * variance * log) + (2 / (3 * m)) * log)
        return { at, isHigher: difference > 0 };
    }
    return undefined;
  }
}
