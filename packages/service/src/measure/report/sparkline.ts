const BARS = "▁▂▃▄▅▆▇█";

/** One character a bucket, from 0 to the largest; a blank where there is nothing. */
export function sparkline(values: readonly (number | null)[]): string {
  const most = Math.max(0, ...values.map((value) => value ?? 0));
  return values
    .map((value) => {
      if (value === null) return " ";
      const height = most === 0 ? 0 : Math.round((value / most) * (BARS.length - 1));
      return BARS[height] ?? " ";
    })
    .join("");
}

/** As many buckets as fit: of those that fall into one character the largest counts, so that no peak is lost. */
export function resampled(
  values: readonly (number | null)[],
  length: number,
): readonly (number | null)[] {
  if (values.length <= length) return values;
  return Array.from({ length }, (_, index) => {
    const from = Math.floor((index * values.length) / length);
    const to = Math.max(from + 1, Math.floor(((index + 1) * values.length) / length));
    const known = values.slice(from, to).filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  });
}
