import type { HistogramData } from "../signals/histogram.ts";

export interface LogMoments {
  readonly count: number;
  /** Of the natural logarithms. */
  readonly mean: number;
  readonly variance: number;
}

/** A value with its number of occurrences: a bucket seen as its middle on the logarithmic axis. */
export type WeightedValue = readonly [value: number, count: number];

/** What is recorded as 0 counts as a tenth of a millisecond, below which nothing here tells durations apart. */
export const VALUE_MIN = 1e-4;

/** The buckets that hold anything, lowest first. */
export function bucketsOf({
  scale,
  offset,
  counts,
  zeroCount,
}: HistogramData): readonly WeightedValue[] {
  const buckets: WeightedValue[] = zeroCount > 0 ? [[VALUE_MIN, zeroCount]] : [];
  for (const [index, count] of counts.entries()) {
    if (count > 0)
      buckets.push([Math.max(2 ** ((offset + index + 0.5) / 2 ** scale), VALUE_MIN), count]);
  }
  return buckets;
}

/** Exact to the width of a bucket: within 1.1 % of a value at scale 5. Undefined when nothing was recorded. */
export function logMomentsOf(histogram: HistogramData | undefined): LogMoments | undefined {
  if (!histogram || histogram.count === 0) return undefined;
  const logs = bucketsOf(histogram).map(([value, count]) => [Math.log(value), count] as const);
  const total = logs.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return undefined;
  const mean = logs.reduce((sum, [log, count]) => sum + log * count, 0) / total;
  const squares = logs.reduce((sum, [log, count]) => sum + (log - mean) ** 2 * count, 0);
  return { count: total, mean, variance: total > 1 ? squares / (total - 1) : 0 };
}
