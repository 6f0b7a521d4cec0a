/**
 * How even the pauses of a repetition must be for chance not to have made them.
 *
 * Where calls come at random (Poisson), the pauses between cycles of p calls are Gamma(p), so the shares of k pauses in
 * their sum are Dirichlet(p, …, p) on a simplex. Their coefficient of variation is at most c exactly where the shares lie
 * within c / √k of the simplex' middle, and in the middle the density is highest. The probability is thus at most
 *
 *     P(k, p, c) = V(k−1) · (c / √k)^(k−1) · Γ(kp) / (Γ(p)^k · k^(k(p−1)) · √k),      V(n) = volume of the unit n-ball
 *
 * with equality for p = 1 and k ≤ 1 + 1 / c². Three pauses with c = 0.25 are chance once in 13 times: three cycles alone
 * say nothing. The bound on c is what makes P the rate of false alarms below, and never more than 0.25. Cycles that a
 * repetition so takes to be told, by how even it is:
 *
 *     coefficient of variation   0.001  0.01  0.05  0.10  0.15  0.20  0.25
 *     period 1                       5     6     9    11    13    16    19
 *     period 2                       5     7    10    13    17    22    30
 *     period 3                       5     7    11    15    21    29     -
 *     period 4                       5     7    11    17    24    38     -
 */

/** A program's beat has next to none, one exponential time has 1: with more than this a pause is out of beat. */
export const SPACING_CV_MAX = 0.25;

/**
 * False alarms per call of a caller to whom, by chance alone, the same happens again and again: 50,000 calls that all fail in an
 * outage of ten minutes make one false loop in twenty outages.
 */
export const FALSE_ALARM_RATE = 1e-6;

/**
 * The rate is spent in equal parts on the lengths up to this one, as a repetition is judged again at each. A longer one is judged
 * by the last bound, which chance meets ever more rarely.
 */
const PAUSES_MAX = 40;
/** One pause has no variation. */
const PAUSES_MIN = 2;
const PERIOD_MAX = 4;

/** The largest coefficient of variation with which this many pauses between cycles of this period are no chance. */
export function spacingCvMax(period: number, pauses: number): number {
  return BOUNDS[period - 1]?.[Math.min(pauses, PAUSES_MAX)] ?? 0;
}

/** The logarithm of P for c = 1; P itself goes with c to the power of k − 1. */
export function logChance(period: number, pauses: number): number {
  const dimensions = pauses - 1;
  return (
    logBallVolume(dimensions) -
    (dimensions / 2 + pauses * (period - 1) + 0.5) * Math.log(pauses) +
    logFactorial(pauses * period - 1) -
    pauses * logFactorial(period - 1)
  );
}

function boundOf(period: number, pauses: number): number {
  const logRate = Math.log(FALSE_ALARM_RATE / (PAUSES_MAX - PAUSES_MIN + 1));
  const cv = Math.exp((logRate - logChance(period, pauses)) / (pauses - 1));
  return Math.min(cv, SPACING_CV_MAX);
}

/** V(n) = V(n − 2) · 2π / n. */
function logBallVolume(dimensions: number): number {
  let log = dimensions % 2 === 0 ? 0 : Math.LN2;
  for (let n = dimensions; n >= 2; n -= 2) log += Math.log((2 * Math.PI) / n);
  return log;
}

function logFactorial(n: number): number {
  let log = 0;
  for (let factor = 2; factor <= n; factor += 1) log += Math.log(factor);
  return log;
}

const BOUNDS = Array.from({ length: PERIOD_MAX }, (_, index) =>
  Array.from({ length: PAUSES_MAX + 1 }, (__, pauses) =>
    pauses < PAUSES_MIN ? 0 : boundOf(index + 1, pauses),
  ),
);
