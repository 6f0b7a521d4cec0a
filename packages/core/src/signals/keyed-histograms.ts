import { ExponentialHistogram, type HistogramData } from "./histogram.ts";
import { cleanName } from "./name.ts";

/** What nobody named: it has a place however full it is. */
const NAMELESS = "";

/**
 * One measure in one window, told apart by a name: by operation, or by caller. Bounded: names over the limit share one overflow,
 * and each of their measurements is counted. With a limit of 0 nothing is told apart.
 */
export class KeyedHistograms {
  readonly #limit: number;
  readonly #named = new Map<string, ExponentialHistogram>();
  readonly #nameless = new ExponentialHistogram();
  readonly #over = new ExponentialHistogram();
  dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  record(name: string, value: number): void {
    this.#of(name).record(value);
  }

  merge(other: KeyedHistograms): void {
    if (other.#nameless.count > 0) this.#nameless.merge(other.#nameless);
    for (const [name, histogram] of other.#named)
      if (histogram.count > 0) this.#of(name).merge(histogram);
    if (other.#over.count > 0) this.#over.merge(other.#over);
    this.dropped += other.dropped;
  }

  /** Each that holds anything. */
  *histograms(): Generator<ExponentialHistogram> {
    for (const histogram of [this.#nameless, this.#over, ...this.#named.values()])
      if (histogram.count > 0) yield histogram;
  }

  /** Gives each away, and begins anew. */
  flush(tell: (data: HistogramData, name: string | undefined, isOver: boolean) => void): void {
    if (this.#nameless.count > 0) tell(this.#nameless.data(), undefined, false);
    for (const [name, histogram] of this.#named)
      if (histogram.count > 0) tell(histogram.data(), name, false);
    if (this.#over.count > 0) tell(this.#over.data(), undefined, true);
    this.reset();
  }

  /** A name that was not heard this time gives its place free. */
  reset(): void {
    for (const [name, histogram] of this.#named)
      if (histogram.count > 0) histogram.reset();
      else this.#named.delete(name);
    this.#nameless.reset();
    this.#over.reset();
    this.dropped = 0;
  }

  #of(name: string): ExponentialHistogram {
    if (name === NAMELESS || this.#limit === 0) return this.#nameless;
    return this.#named.get(name) ?? this.#ofClean(cleanName(name));
  }

  #ofClean(name: string): ExponentialHistogram {
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    if (this.#named.size >= this.#limit) {
      this.dropped += 1;
      return this.#over;
    }
    const histogram = new ExponentialHistogram();
    this.#named.set(name, histogram);
    return histogram;
  }
}
