import { studentT975 } from "./student-t.ts";

/** A mean over runs and its 95 % interval, by Student's t. */
export interface Estimate {
  readonly runs: number;
  /** Infinite where a run's number is. */
  readonly mean: number;
  /** NaN where one run, or an infinite number, leaves no interval. */
  readonly low: number;
  readonly high: number;
  readonly median: number;
  /** Runs whose number is infinite: those that never recovered. */
  readonly infinite: number;
}

export function estimate(values: readonly number[]): Estimate {
  const runs = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / runs;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  // NaN by itself for one run, or for an infinite mean.
  const half =
    runs > 1 ? studentT975(runs - 1) * Math.sqrt(squares / (runs - 1) / runs) : Number.NaN;
  return {
    runs,
    mean,
    low: mean - half,
    high: mean + half,
    median: medianOf(values),
    infinite: values.filter((value) => !Number.isFinite(value)).length,
  };
}

function medianOf(values: readonly number[]): number {
  // Not by subtraction: it makes NaN of two infinities.
  const sorted = [...values].sort((a, b) => (a < b ? -1 : Number(a > b)));
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  return lower === upper ? upper : (lower + upper) / 2;
}
