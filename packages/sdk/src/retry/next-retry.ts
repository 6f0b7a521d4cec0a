import type { Random } from "@headway/core";
import { isRetryable } from "../outcome/classification.ts";
import type { Classification } from "../outcome/classification.ts";
import type { RetryBudget } from "./retry-budget.ts";
import { retryDelayMs } from "./retry-delay.ts";

/** Within which one call may be retried. */
export interface RetryTerms {
  /** Attempts of one call, the first one included. */
  readonly attemptsMax: number;
  readonly budget: RetryBudget;
  /** Retries that the fleet's decision still allows. */
  readonly retriesAllowed: number;
  /** A moment before which nobody retries this dependency, told by one throttled answer for all calls of the process. */
  readonly notBefore: NotBefore;
  /** When the caller gives up, on the hook's clock. */
  readonly deadlineAtMs: number;
  /** A pause that a server asked for and that is longer than this is not worth keeping the caller for. */
  readonly waitMs: number;
}

/** The latest moment that a throttled answer named. */
export interface NotBefore {
  atMs: number;
}

export interface Retry {
  readonly pauseMs: number;
  /** Taken from the budget; what a success gives back. */
  readonly cost: number;
}

/**
 * What follows on attempt `number`, which failed. Undefined where another would cost more than it can bring: a failure that will
 * recur, the decision's limit, an empty budget, a pause beyond the deadline or asked for beyond `waitMs`.
 */
export function nextRetry(
  terms: RetryTerms,
  failure: Classification,
  number: number,
  nowMs: number,
  random: Random,
): Retry | undefined {
  const { notBefore } = terms;
  share(notBefore, failure, nowMs);
  if (number >= terms.attemptsMax || number > terms.retriesAllowed) return undefined;
  if (!isRetryable(failure)) return undefined;
  const toldMs = Math.max(failure.retryAfterMs ?? 0, notBefore.atMs - nowMs);
  const told = toldMs > 0 ? { ...failure, retryAfterMs: toldMs } : failure;
  const pauseMs = retryDelayMs(told, number, random);
  if (toldMs > 0 && pauseMs > terms.waitMs) return undefined;
  if (nowMs + pauseMs >= terms.deadlineAtMs) return undefined;
  const cost = terms.budget.take(failure);
  return cost === 0 ? undefined : { pauseMs, cost };
}

function share(notBefore: NotBefore, { retryAfterMs }: Classification, nowMs: number): void {
  if (retryAfterMs === undefined) return;
  notBefore.atMs = Math.max(notBefore.atMs, nowMs + retryAfterMs);
}
