import type { Attempt, Outcome } from "@headway/core/signals";

const FAILURES: ReadonlySet<Outcome> = new Set(["error", "timeout", "throttled"]);
const WINDOW_MS = 5_000;
/** So rarely would as many failures come together by chance, if nothing had changed. */
const CHANCE_MAX = 0.001;

/** What the dependency did wrong. A cancelled attempt is the caller's own doing, a refused one Headway's. */
export function isFailure({ outcome }: Pick<Attempt, "outcome">): boolean {
  return FAILURES.has(outcome);
}

export function endMsOf({ startMs, durationMs }: Attempt): number {
  return startMs + durationMs;
}

export interface FailureSearch {
  /** Before this, failures are the usual ones. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface FirstFailures {
  /** The very first. */
  readonly atMs: number;
  /** The first that chance does not explain; `undefined` where the failures stayed as few as usual. */
  readonly beyondUsualMs: number | undefined;
  /** The part of all attempts that failed before the search began. */
  readonly usualShare: number;
}

/**
 * When a dependency began to fail, in two senses: the very first failure, and the first that is not one of the usual. Of n attempts
 * before, k failed, so the next fails with a chance of (k + 1) / (n + 2), by Laplace's rule; failures are no longer usual once so many
 * ended within five seconds as chance would bring once in a thousand times:
 *
 *     P(Poisson((k + 1) / (n + 2) × attempts ended in the 5 s) ≥ failures among them) < 0.001
 *
 * Attempts come in the order of their ends.
 */
export function firstFailures(
  attempts: readonly Attempt[],
  { fromMs, toMs }: FailureSearch,
): FirstFailures | undefined {
  const before = attempts.filter((attempt) => endMsOf(attempt) < fromMs);
  const failedBefore = before.filter(isFailure).length;
  const chance = (failedBefore + 1) / (before.length + 2);
  const usualShare = before.length === 0 ? 0 : failedBefore / before.length;
  let firstMs: number | undefined;
  let oldest = before.length;
  let failed = 0;
  for (let at = before.length; at < attempts.length; at += 1) {
    const attempt = attempts[at]!;
    const endMs = endMsOf(attempt);
    if (endMs > toMs) break;
    for (; endMsOf(attempts[oldest]!) <= endMs - WINDOW_MS; oldest += 1)
      if (isFailure(attempts[oldest]!)) failed -= 1;
    if (!isFailure(attempt)) continue;
    failed += 1;
    firstMs ??= endMs;
    if (poissonAtLeast(failed, chance * (at - oldest + 1)) < CHANCE_MAX)
      return { atMs: firstMs, beyondUsualMs: endMs, usualShare };
  }
  return firstMs === undefined
    ? undefined
    : { atMs: firstMs, beyondUsualMs: undefined, usualShare };
}

/** P(X ≥ count) for X of a Poisson distribution. */
export function poissonAtLeast(count: number, mean: number): number {
  let term = Math.exp(-mean);
  let below = 0;
  for (let k = 0; k < count; k += 1) {
    below += term;
    term *= mean / (k + 1);
  }
  return Math.max(0, 1 - below);
}
