import type { Random } from "@headway/core";

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly random: Random;
  readonly resamples?: number;
}

const RESAMPLES = 1_000;

/** A statistic with its 95 % percentile interval over resamples of the faults (B. Efron, 1979); NaN where there is nothing to say. */
export function bootstrap<Item>(
  items: readonly Item[],
  statistic: (sample: readonly Item[]) => number,
  { random, resamples = RESAMPLES }: BootstrapOptions,
): Interval {
  const value = statistic(items);
  if (items.length === 0) return { value, low: Number.NaN, high: Number.NaN };
  const values = Array.from({ length: resamples }, () =>
    statistic(items.map(() => items[Math.floor(random() * items.length)]!)),
  ).sort((a, b) => a - b);
  return { value, low: quantileOf(values, 0.025), high: quantileOf(values, 0.975) };
}

/** Of sorted numbers, without interpolation: an interval's end is a value that occurred. */
export function quantileOf(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

/** Faults that were missed count as Infinity, so that a median over all faults cannot be bought by missing the slow ones. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** With so many false alarms in so much time, the rate's exact 95 % interval (F. Garwood, 1936), by bisection over the Poisson law. */
export function rateInterval(count: number, hours: number): Interval {
  if (hours <= 0) return { value: Number.NaN, low: Number.NaN, high: Number.NaN };
  const low = count === 0 ? 0 : meanWhere((mean) => 1 - poissonUpTo(count - 1, mean) < 0.025);
  const high = meanWhere((mean) => poissonUpTo(count, mean) > 0.025);
  return { value: count / hours, low: low / hours, high: high / hours };
}

const BISECTIONS = 60;

function meanWhere(isBelow: (mean: number) => boolean): number {
  let low = 0;
  let high = 1;
  while (isBelow(high)) high *= 2;
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return high;
}

function poissonUpTo(count: number, mean: number): number {
  let term = Math.exp(-mean);
  let sum = term;
  for (let k = 1; k <= count; k += 1) sum += term *= mean / k;
  return sum;
}
