import type { Estimate } from "../run/estimate.ts";

/** A table whose first column is words and whose others are numbers. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = header.map((_, column) => (column === 0 ? "---" : "---:"));
  return [header, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** "14.9 ± .2": a mean and half of its 95 % interval. */
export function plusMinus({ mean, high, infinite, runs }: Estimate, digits: number): string {
  if (infinite > 0) return infinite === runs ? "never" : `never in ${infinite} of ${runs}`;
  const half = high - mean;
  return Number.isFinite(half)
    ? `${mean.toFixed(digits)} ± ${half.toFixed(digits)}`
    : mean.toFixed(digits);
}

/** A dash where there is no number: one run has no interval. */
export function percent(share: number, digits = 1): string {
  if (Number.isNaN(share)) return "–";
  return `${(100 * share).toFixed(digits)} %`;
}
