/** Nearest rank; NaN of nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

/** The middle one; of an even number, the lower of the two in the middle, so that it is a value that was measured. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
