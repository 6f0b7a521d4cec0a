/** Of one attempt at a call. */
export interface AttemptMoments {
  /** How often it succeeds. */
  readonly ok: number;
  readonly meanMs: number;
  readonly meanSquareMs2: number;
  /** The part of the mean that comes from attempts that fail: E[time; failed]. */
  readonly failedMs: number;
}

export interface CallMoments {
  readonly ok: number;
  readonly meanMs: number;
  readonly varianceMs2: number;
}

/** Of a call that makes another attempt, up to so many, whenever one has failed. */
export function callMoments(attempt: AttemptMoments, attempts: number): CallMoments {
  const { ok, meanMs, meanSquareMs2, failedMs } = attempt;
  let mean = 0;
  let square = 0;
  // From the last attempt to the first: T = X, plus the rest where X fails.
  for (let left = 0; left < attempts; left += 1) {
    square = meanSquareMs2 + 2 * failedMs * mean + (1 - ok) * square;
    mean = meanMs + (1 - ok) * mean;
  }
  return {
    ok: 1 - (1 - ok) ** attempts,
    meanMs: mean,
    varianceMs2: Math.max(0, square - mean ** 2),
  };
}
