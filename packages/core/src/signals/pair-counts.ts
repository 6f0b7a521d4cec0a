import { ExponentialHistogram } from "./histogram.ts";
import type { SignalAttributes, SignalName, SignalPoint } from "./report.ts";

export interface Pair {
  readonly attributes: SignalAttributes;
  count: number;
  histogram: ExponentialHistogram | undefined;
}

/**
 * One signal keyed by two names (or one), bounded within a window. Nested maps, so that a known pair costs two look-ups
 * and no new string. What is over the bound goes to the signal's one overflow point.
 */
export class PairCounts {
  readonly #signal: SignalName;
  readonly #limit: number;
  readonly #attributesOf: (first: string, second: string) => SignalAttributes;
  readonly #pairs = new Map<string, Map<string, Pair>>();
  #size = 0;
  #over: Pair | undefined;
  dropped = 0;

  constructor(
    signal: SignalName,
    limit: number,
    attributesOf: (first: string, second: string) => SignalAttributes,
  ) {
    this.#signal = signal;
    this.#limit = limit;
    this.#attributesOf = attributesOf;
  }

  count(first: string, second: string): void {
    this.pair(first, second).count += 1;
  }

  record(first: string, second: string, value: number): void {
    const pair = this.pair(first, second);
    (pair.histogram ??= new ExponentialHistogram()).record(value);
  }

  /** Good until the next flush. */
  pair(first: string, second: string): Pair {
    let row = this.#pairs.get(first);
    const known = row?.get(second);
    if (known !== undefined) return known;
    if (this.#size >= this.#limit) {
      this.dropped += 1;
      return (this.#over ??= { attributes: { overflow: true }, count: 0, histogram: undefined });
    }
    if (row === undefined) {
      row = new Map();
      this.#pairs.set(first, row);
    }
    const pair = { attributes: this.#attributesOf(first, second), count: 0, histogram: undefined };
    row.set(second, pair);
    this.#size += 1;
    return pair;
  }

  /** Whether it stands for all that are over the bound: each more of them has to be asked for, which counts it. */
  isOver(pair: Pair): boolean {
    return pair === this.#over;
  }

  flush(points: SignalPoint[]): void {
    for (const row of this.#pairs.values())
      for (const pair of row.values()) this.#push(points, pair);
    if (this.#over !== undefined) this.#push(points, this.#over);
    this.#pairs.clear();
    this.#size = 0;
    this.#over = undefined;
    this.dropped = 0;
  }

  #push(points: SignalPoint[], { attributes, count, histogram }: Pair): void {
    points.push({
      signal: this.#signal,
      attributes,
      value: histogram === undefined ? count : histogram.data(),
    });
  }
}
