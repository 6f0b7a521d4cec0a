/**
 * The average run length (ARL): windows until a chart alarms although nothing changed. Every threshold of the detectors is
 * solved from one.
 */

/** One false alarm in thirty days of one-second windows, for one detector of one dependency that is never idle. */
export const ARL_WINDOWS = 30 * 86_400;

/**
 * One false alarm in two days of windows for one stream that `SlowChart` watches, by Lorden's bound: a fleet of a hundred streams then
 * has two in an hour at the most. The bound is loose; slow blocks that do not come independently use up what it leaves.
 */
export const ARL_SLOW_WINDOWS = 2 * 86_400;

/** What Siegmund's approximation adds to the threshold for the overshoot of a random walk with normal steps. */
const OVERSHOOT = 1.166;

const BISECTIONS = 60;

/**
 * ARL of the one-sided CUSUM g ← max(0, g + z − k), alarm at g > h, for independent standard normal z:
 *
 *     ARL = (e^(2kb) − 2kb − 1) / (2k²),   b = h + 1.166
 *
 * D. Siegmund, Sequential Analysis (1985).
 */
export function cusumRunLength(allowance: number, threshold: number): number {
  const x = 2 * allowance * (threshold + OVERSHOOT);
  return (Math.exp(x) - x - 1) / (2 * allowance ** 2);
}

/** The threshold h at which that CUSUM alarms falsely once in `runLength` windows. */
export function cusumThreshold(allowance: number, runLength: number): number {
  let low = 0;
  let high = (Math.log(2 * allowance ** 2 * runLength + 1) + 10) / allowance;
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2;
    if (cusumRunLength(allowance, middle) < runLength) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The threshold of a CUSUM of log-likelihood ratios that restarts at window ends only. A cycle crosses h with probability
 * at most e^(−h) (Wald), and takes a window at least, so ARL ≥ e^h windows (G. Lorden, 1971), whatever the distribution
 * and however many trials there are in a window.
 */
export function likelihoodThreshold(runLength: number): number {
  return Math.log(runLength);
}
