/** Lanczos' coefficients for g = 7, n = 9 (as in W. H. Press et al., Numerical Recipes): relative error below 1e-14. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
] as const;
const LANCZOS_G = 7;

/** Both expansions below converge in about √shape steps near the mean. */
const STEPS_MAX = 10_000;
const PRECISION = 1e-14;
const TINY = 1e-300;

/** log Γ(x) for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const shifted = x - 1;
  const t = shifted + LANCZOS_G + 0.5;
  const series = LANCZOS.reduce(
    (sum, coefficient, index) =>
      index === 0 ? coefficient : sum + coefficient / (shifted + index),
    0,
  );
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(series);
}

/** P(X ≤ x) for X ~ Gamma(shape, rate): the regularised lower incomplete gamma function at (shape, rate · x). */
export function gammaCdf(x: number, shape: number, rate: number): number {
  const scaled = rate * x;
  if (!(scaled > 0)) return 0;
  if (scaled === Infinity) return 1;
  // The series converges fast below the mean, the continued fraction above.
  return scaled < shape + 1 ? lowerSeries(shape, scaled) : 1 - upperFraction(shape, scaled);
}

/** The x with P(X ≤ x) = probability, by bisection: monotone, and exact to eleven digits. */
export function gammaQuantile(probability: number, shape: number, rate: number): number {
  let low = 0;
  let high = (shape + 10 * Math.sqrt(shape) + 50) / rate;
  for (let step = 0; step < 100 && high - low > 1e-11 * high; step += 1) {
    const middle = (low + high) / 2;
    if (gammaCdf(middle, shape, rate) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function lowerSeries(shape: number, x: number): number {
  let term = 1 / shape;
  let sum = term;
  for (let step = 1; step < STEPS_MAX && term > sum * PRECISION; step += 1) {
    term *= x / (shape + step);
    sum += term;
  }
  return sum * density(shape, x);
}

/** Lentz's algorithm for the continued fraction of the upper incomplete gamma function. */
function upperFraction(shape: number, x: number): number {
  let b = x + 1 - shape;
  let c = 1 / TINY;
  let d = 1 / (Math.abs(b) < TINY ? TINY : b);
  let fraction = d;
  for (let step = 1; step < STEPS_MAX; step += 1) {
    const a = -step * (step - shape);
    b += 2;
    d = awayFromZero(a * d + b);
    c = awayFromZero(b + a / c);
    d = 1 / d;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < PRECISION) break;
  }
  return fraction * density(shape, x);
}

function density(shape: number, x: number): number {
  return Math.exp(shape * Math.log(x) - x - logGamma(shape));
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
