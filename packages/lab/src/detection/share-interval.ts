import type { Interval } from "./bootstrap.ts";

const BISECTIONS = 60;
/** On each side: 95 % between. */
const TAIL = 0.025;

/**
 * A share with its exact 95 % interval (C. Clopper and E. Pearson, 1934), by bisection on the binomial law:
 *
 *     low:   P(at least so many | low) = 0.025        high:  P(at most so many | high) = 0.025
 *
 * A bootstrap of 4 of 4 resamples nothing but hits, and says 1.00 to 1.00; this says 0.40 to 1.00.
 */
export function shareInterval(part: number, whole: number): Interval {
  if (whole === 0) return { value: Number.NaN, low: Number.NaN, high: Number.NaN };
  const low =
    part === 0 ? 0 : shareWhere((share) => 1 - binomialUpTo(part - 1, whole, share) < TAIL);
  const high = part === whole ? 1 : shareWhere((share) => binomialUpTo(part, whole, share) > TAIL);
  return { value: part / whole, low, high };
}

function shareWhere(isBelow: (share: number) => boolean): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(X ≤ part) of `whole` trials. Terms are kept as logarithms: of many trials the first one is below the smallest double. */
function binomialUpTo(part: number, whole: number, share: number): number {
  let logTerm = whole * Math.log1p(-share);
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= part; k += 1) {
    logTerm += Math.log(((whole - k + 1) / k) * (share / (1 - share)));
    sum += Math.exp(logTerm);
  }
  return sum;
}
