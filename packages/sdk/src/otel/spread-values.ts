import type { HistogramData } from "@headway/core/signals";

export interface SpreadValue {
  readonly value: number;
  readonly count: number;
}

/**
 * A histogram back into values, one for each bucket in use: for an API that only takes values. Each is the middle of its
 * bucket, and all are then scaled by one factor, close to 1, that makes their sum the histogram's own.
 */
export function spreadValues(data: HistogramData): readonly SpreadValue[] {
  const growth = 2 ** (2 ** -data.scale);
  const middles = data.counts
    .map((count, i) => ({
      value: clamp((2 * 2 ** ((data.offset + i) * 2 ** -data.scale)) / (1 + 1 / growth), data),
      count,
    }))
    .filter(({ count }) => count > 0);
  const sum = middles.reduce((total, { value, count }) => total + value * count, 0);
  const factor = sum > 0 && data.sum > 0 ? data.sum / sum : 1;
  const values = middles.map(({ value, count }) => ({ value: value * factor, count }));
  return data.zeroCount > 0 ? [{ value: 0, count: data.zeroCount }, ...values] : values;
}

function clamp(value: number, { min, max }: HistogramData): number {
  return Math.min(max, Math.max(min, value));
}
