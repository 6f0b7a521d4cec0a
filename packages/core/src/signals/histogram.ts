import { HeadwayError } from "../headway-error.ts";
import { bucketIndex, MAPPING_SCALE } from "./bucket-index.ts";

/**
 * An exponential histogram as data: what OTLP carries. Bucket i of scale s holds (2^(i/2^s), 2^((i+1)/2^s)].
 * `counts[0]` is bucket `offset`. Values are seconds, attempts, cycles: never negative.
 */
export interface HistogramData {
  readonly scale: number;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly zeroCount: number;
  readonly offset: number;
  readonly counts: readonly number[];
}

export interface ExponentialHistogramOptions {
  /** The finest resolution, used while the values' range allows it. -10 to 5. */
  readonly scaleMax?: number;
  /** From here on two neighbouring buckets become one. 2 to 1024. */
  readonly bucketsMax?: number;
}

export const SCALE_MIN = -10;
export const BUCKETS_MAX = 160;

const CAPACITY_FIRST = 16;
const SMALLEST_NORMAL = 2 ** -1022;
const EMPTY_RING = new Float64Array(0);

/**
 * OpenTelemetry's base-2 exponential histogram (data model, "ExponentialHistogram"), mutable. With g = 2^(2^-scale),
 * a bucket's upper bound is g times its lower one, and a quantile read from it is off by at most
 *
 *     (g - 1) / (g + 1)        of the true value: 1.1 % at scale 5, 2.2 % at 4, 4.3 % at 3
 *
 * 160 buckets of scale 5 span a factor of 32; a wider range halves the resolution until it fits, so 1 ms to 1 h is
 * held at scale 2 (8.6 %). Halving joins bucket 2i with 2i+1 exactly, so the merge of parts equals the
 * histogram of the whole, whatever the order and the scales.
 *
 * Counts are doubles: exact to 2^53. Values below the smallest normal double count as zero, and so do negative ones, which
 * only a clock can have made; NaN and infinity are dropped.
 */
export class ExponentialHistogram {
  readonly #scaleMax: number;
  readonly #bucketsMax: number;
  #scale: number;
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #zeroCount = 0;
  // A ring: bucket i lies at slot i - #base, or that plus the capacity where negative. So the range grows at either end
  // without moving what is there.
  #ring: Float64Array = EMPTY_RING;
  #base = 0;
  #first = 0;
  #last = -1;

  constructor({
    scaleMax = MAPPING_SCALE,
    bucketsMax = BUCKETS_MAX,
  }: ExponentialHistogramOptions = {}) {
    requireRange("scaleMax", scaleMax, SCALE_MIN, MAPPING_SCALE);
    requireRange("bucketsMax", bucketsMax, 2, 1024);
    this.#scaleMax = scaleMax;
    this.#bucketsMax = bucketsMax;
    this.#scale = scaleMax;
  }

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  /** NaN when empty, as is `max`. */
  get min(): number {
    return this.#count === 0 ? Number.NaN : this.#min;
  }

  get max(): number {
    return this.#count === 0 ? Number.NaN : this.#max;
  }

  record(value: number, count = 1): void {
    if (!(value < Number.POSITIVE_INFINITY) || !(count > 0 && count < Number.POSITIVE_INFINITY))
      return;
    const clamped = value < SMALLEST_NORMAL ? 0 : value;
    this.#count += count;
    this.#sum += clamped * count;
    if (clamped < this.#min) this.#min = clamped;
    if (clamped > this.#max) this.#max = clamped;
    if (clamped === 0) this.#zeroCount += count;
    else this.#add(bucketIndex(clamped) >> (MAPPING_SCALE - this.#scale), this.#scale, count);
  }

  merge(other: HistogramData | ExponentialHistogram): void {
    const data = other instanceof ExponentialHistogram ? other.data() : other;
    if (data.count === 0) return;
    this.#count += data.count;
    this.#sum += data.sum;
    this.#min = Math.min(this.#min, data.min);
    this.#max = Math.max(this.#max, data.max);
    this.#zeroCount += data.zeroCount;
    for (let i = 0; i < data.counts.length; i += 1) {
      const count = data.counts[i]!;
      if (count > 0) this.#add(data.offset + i, data.scale, count);
    }
  }

  /** NaN when empty. */
  quantile(q: number): number {
    return quantileOf(this.data(), q);
  }

  /** A copy, its buckets trimmed to those in use. Of an empty one `min` and `max` are 0. */
  data(): HistogramData {
    const counts: number[] = [];
    for (let index = this.#first; index <= this.#last; index += 1)
      counts.push(this.#ring[this.#slot(index)]!);
    const empty = this.#count === 0;
    return {
      scale: this.#scale,
      count: this.#count,
      sum: this.#sum,
      min: empty ? 0 : this.#min,
      max: empty ? 0 : this.#max,
      zeroCount: this.#zeroCount,
      offset: counts.length === 0 ? 0 : this.#first,
      counts,
    };
  }

  /** As new, at the finest scale again. Keeps its memory, which the next window will need. */
  reset(): void {
    this.#ring.fill(0);
    this.#scale = this.#scaleMax;
    this.#count = 0;
    this.#sum = 0;
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = Number.NEGATIVE_INFINITY;
    this.#zeroCount = 0;
    this.#first = 0;
    this.#last = -1;
  }

  /** Adds to a bucket given at any scale; the coarser of the two scales is the one that both can have. */
  #add(indexGiven: number, scale: number, count: number): void {
    if (scale < this.#scale) this.#coarsenTo(scale);
    let index = scale > this.#scale ? halved(indexGiven, scale - this.#scale) : indexGiven;
    if (index < this.#first || index > this.#last) index = this.#widenTo(index);
    const slot = index - this.#base;
    this.#ring[slot < 0 ? slot + this.#ring.length : slot]! += count;
  }

  /** Makes the range hold this bucket; where that takes a coarser scale, returns the bucket's index there. */
  #widenTo(indexGiven: number): number {
    if (this.#last < this.#first) return this.#startAt(indexGiven);
    let index = indexGiven;
    let first = Math.min(this.#first, index);
    let last = Math.max(this.#last, index);
    let halvings = 0;
    while (last - first >= this.#bucketsMax) {
      first >>= 1;
      last >>= 1;
      index >>= 1;
      halvings += 1;
    }
    if (halvings > 0) this.#coarsenTo(this.#scale - halvings);
    if (last - first >= this.#ring.length) this.#grow(last - first + 1);
    this.#first = first;
    this.#last = last;
    return index;
  }

  #startAt(index: number): number {
    if (this.#ring.length === 0)
      this.#ring = new Float64Array(Math.min(CAPACITY_FIRST, this.#bucketsMax));
    this.#base = index;
    this.#first = index;
    this.#last = index;
    return index;
  }

  #grow(length: number): void {
    const capacity = Math.min(this.#bucketsMax, Math.max(length, this.#ring.length * 2));
    this.#rebuild(new Float64Array(capacity), 0);
  }

  #coarsenTo(scale: number): void {
    const halvings = this.#scale - scale;
    this.#scale = scale;
    if (this.#last < this.#first) return;
    this.#rebuild(new Float64Array(this.#ring.length), halvings);
  }

  #rebuild(ring: Float64Array, halvings: number): void {
    const base = halved(this.#first, halvings);
    for (let index = this.#first; index <= this.#last; index += 1) {
      ring[halved(index, halvings) - base]! += this.#ring[this.#slot(index)]!;
    }
    this.#ring = ring;
    this.#base = base;
    this.#last = halved(this.#last, halvings);
    this.#first = base;
  }

  #slot(index: number): number {
    const slot = index - this.#base;
    return slot < 0 ? slot + this.#ring.length : slot;
  }
}

/** Undefined when there is nothing in any part. */
export function mergeHistograms(parts: Iterable<HistogramData>): HistogramData | undefined {
  let only: HistogramData | undefined;
  let merged: ExponentialHistogram | undefined;
  for (const part of parts) {
    if (part.count === 0) continue;
    if (merged === undefined && only === undefined) {
      only = part;
      continue;
    }
    if (merged === undefined) {
      merged = new ExponentialHistogram();
      merged.merge(only!);
    }
    merged.merge(part);
  }
  return merged?.data() ?? only;
}

/**
 * The value of rank ceil(q * count), to within (g - 1) / (g + 1) of itself: 2·lower·upper/(lower + upper) is the one
 * value of a bucket that is never further off than that. NaN when empty.
 */
export function quantileOf(data: HistogramData, q: number): number {
  if (data.count === 0 || Number.isNaN(q)) return Number.NaN;
  const rank = Math.max(1, Math.ceil(Math.min(1, q) * data.count));
  if (rank === data.count) return data.max;
  let seen = data.zeroCount;
  if (rank <= seen) return 0;
  for (let i = 0; i < data.counts.length; i += 1) {
    seen += data.counts[i]!;
    if (rank <= seen) return representative(data, data.offset + i);
  }
  return data.max;
}

/** How many values are above the threshold; of the bucket it falls into, the share that lies above on a log scale. */
export function countAbove(data: HistogramData, threshold: number): number {
  if (threshold < 0) return data.count;
  if (threshold === 0) return data.count - data.zeroCount;
  const position = Math.log2(threshold) * 2 ** data.scale - data.offset;
  return data.counts.reduce(
    (sum, count, i) => sum + count * Math.min(1, Math.max(0, i + 1 - position)),
    0,
  );
}

function representative({ scale, min, max }: HistogramData, index: number): number {
  const lower = 2 ** (index * 2 ** -scale);
  const growth = 2 ** (2 ** -scale);
  return Math.min(max, Math.max(min, (2 * lower) / (1 + 1 / growth)));
}

/** `>>` takes 5 bits of its right side, and a foreign index may have more than 32 bits of its own. */
function halved(index: number, halvings: number): number {
  return halvings === 0 ? index : Math.floor(index / 2 ** halvings);
}

function requireRange(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new HeadwayError(
    "ERR_HISTOGRAM_SCALE",
    `${name} must be an integer from ${least} to ${most}, got ${value}`,
  );
}
