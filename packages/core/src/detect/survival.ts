import type { HistogramData } from "../signals/histogram.ts";
import { bucketsOf } from "./histogram-moments.ts";
import { memberOf, numberArrayOf, numbersOf } from "./parsed-state.ts";

/** Buckets per factor e, and the range: 0.1 ms to about 16 days. */
const BUCKETS_PER_E = 8;
const BUCKET_COUNT = 190;
const LOG_MIN = Math.log(1e-4);
/** With fewer durations than this the tail is a guess. */
const COUNT_MIN = 100;
/** Memory in windows with traffic; the same half hour as the baseline's. */
const DECAY = 1 - 1 / 1_800;
/** Share of the longest durations from which the tail's slope is taken (B. M. Hill, 1975). */
const TAIL_SHARE = 0.05;

/**
 * How likely a call is still open at an age, S0(age), learned from calls that ended well:
 *
 *     hazard(age) = −log S0(age)
 *
 * Beyond the longest 5 % the tail is a power law with Hill's exponent, S0 ∝ age^(−α): durations of model calls have heavy
 * tails, and a normal tail would call every long answer a hang. Over all calls, open and ended, the sum of hazards minus the
 * number of good endings is a martingale of mean 0 while nothing changed (Cox and Snell's residuals).
 */
export class Survival {
  #counts: number[] = Array.from({ length: BUCKET_COUNT }, () => 0);
  #total = 0;
  #table: readonly number[] | undefined;

  get isReady(): boolean {
    return this.#total >= COUNT_MIN;
  }

  learn(durations: HistogramData): void {
    for (let index = 0; index < BUCKET_COUNT; index += 1) this.#counts[index]! *= DECAY;
    this.#total *= DECAY;
    for (const [value, count] of bucketsOf(durations)) {
      const index = Math.min(BUCKET_COUNT - 1, Math.max(0, Math.floor(positionOf(value))));
      this.#counts[index]! += count;
      this.#total += count;
    }
    this.#table = undefined;
  }

  hazard(age: number): number {
    this.#table ??= this.#hazards();
    const position = Math.min(BUCKET_COUNT - 1, Math.max(0, positionOf(age)));
    const index = Math.floor(position);
    const low = this.#table[index]!;
    return low + (position - index) * ((this.#table[index + 1] ?? low) - low);
  }

  /** Sum over all that the histogram holds. */
  hazardSum(ages: HistogramData | undefined): number {
    return ages
      ? bucketsOf(ages).reduce((sum, [value, count]) => sum + count * this.hazard(value), 0)
      : 0;
  }

  /** With no call less likely than 1/(n + 1) after n durations: further out the tail is a guess (Laplace's rule of succession). */
  hazardSumBelieved(ages: HistogramData): number {
    const hazardMax = Math.log1p(this.#total);
    return bucketsOf(ages).reduce(
      (sum, [value, count]) => sum + count * Math.min(this.hazard(value), hazardMax),
      0,
    );
  }

  state(): unknown {
    return { counts: this.#counts, total: this.#total };
  }

  restore(state: unknown): void {
    const counts = numberArrayOf(memberOf(state, "counts"), BUCKET_COUNT);
    const numbers = numbersOf(state, ["total"]);
    if (counts?.length !== BUCKET_COUNT || !numbers) return;
    this.#counts = counts;
    this.#total = numbers.total;
    this.#table = undefined;
  }

  /** −log S0 at each bucket's lower edge. */
  #hazards(): readonly number[] {
    const { from, alpha } = this.#tail();
    const table: number[] = [];
    let above = this.#total;
    for (const [index, count] of this.#counts.entries()) {
      const tail =
        index > from ? (table[from] ?? 0) + (alpha * (index - from)) / BUCKETS_PER_E : undefined;
      table.push(tail ?? Math.log(this.#total / Math.max(above, Number.MIN_VALUE)));
      above -= count;
    }
    return table;
  }

  /** The bucket where the longest 5 % begin, and the exponent of what lies beyond. */
  #tail(): { readonly from: number; readonly alpha: number } {
    let above = 0;
    let logExcess = 0;
    let from = BUCKET_COUNT - 1;
    for (; from > 0 && above < this.#total * TAIL_SHARE; from -= 1) {
      // Each step down moves all that lies above one bucket further from the edge; half a bucket for what is in it.
      logExcess += above / BUCKETS_PER_E + this.#counts[from]! / (2 * BUCKETS_PER_E);
      above += this.#counts[from]!;
    }
    from += 1;
    return { from, alpha: above / Math.max(logExcess, Number.MIN_VALUE) };
  }
}

function positionOf(value: number): number {
  return value > 0 ? (Math.log(value) - LOG_MIN) * BUCKETS_PER_E : 0;
}
