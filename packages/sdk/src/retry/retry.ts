import type { Random } from "@headway/core";
import type { Clock } from "../clock.ts";
import { isRetryable } from "../outcome/classification.ts";
import type { Classification } from "../outcome/classification.ts";
import type { RetryBudget } from "./retry-budget.ts";
import { retryDelayMs } from "./retry-delay.ts";

export interface RetryPlan {
  /** Attempts of one call, the first one included. */
  readonly attemptsMax: number;
  readonly budget: RetryBudget;
  /** Retries that the fleet's decision still allows; asked after each failure. */
  readonly retriesAllowed: () => number;
  /** A moment before which nobody retries this dependency, told by one throttled answer for all calls of the process. */
  readonly notBefore: NotBefore;
  /** When the caller gives up, on the hook's clock. */
  readonly deadlineAtMs: number;
  /** A pause that a server asked for and that is longer than this is not worth keeping the caller for. */
  readonly waitMs: number;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/** The latest moment that a throttled answer named. */
export interface NotBefore {
  atMs: number;
}

export type Attempted<T> =
  | { readonly ok: true; readonly value: T; readonly classification: Classification }
  | { readonly ok: false; readonly error: unknown; readonly classification: Classification };

/**
 * Tries until an attempt is good, or until another would cost more than it can bring: a failure that will recur, the
 * decision's limit, an empty budget, a pause beyond the deadline or asked for beyond `waitMs`. Gives the last attempt's result or
 * error then.
 */
export async function retryWithin<T>(
  plan: RetryPlan,
  attempt: (attempt: number) => Promise<Attempted<T>>,
): Promise<T> {
  let cost = 0;
  for (let number = 1; ; number += 1) {
    const tried = await attempt(number);
    const { classification } = tried;
    if (classification.outcome === "ok") {
      plan.budget.succeeded(cost);
      return settle(tried);
    }
    share(plan, classification);
    if (number >= plan.attemptsMax || number > plan.retriesAllowed()) return settle(tried);
    if (!isRetryable(classification)) return settle(tried);
    const toldMs = Math.max(
      classification.retryAfterMs ?? 0,
      plan.notBefore.atMs - plan.clock.now(),
    );
    const pauseMs = pauseBefore(plan, classification, toldMs, number);
    if (toldMs > 0 && pauseMs > plan.waitMs) return settle(tried);
    if (plan.clock.now() + pauseMs >= plan.deadlineAtMs) return settle(tried);
    cost = plan.budget.take(classification);
    if (cost === 0) return settle(tried);
    await pause(plan, pauseMs);
  }
}

function share({ notBefore, clock }: RetryPlan, { retryAfterMs }: Classification): void {
  if (retryAfterMs === undefined) return;
  notBefore.atMs = Math.max(notBefore.atMs, clock.now() + retryAfterMs);
}

function pauseBefore(
  { random }: RetryPlan,
  failure: Classification,
  retryAfterMs: number,
  retry: number,
): number {
  return retryDelayMs(retryAfterMs > 0 ? { ...failure, retryAfterMs } : failure, retry, random);
}

function pause({ clock, signal }: RetryPlan, pauseMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    // Kept alive: the application waits for this call.
    const cancel = clock.schedule(
      () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      },
      pauseMs,
      true,
    );
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function settle<T>(tried: Attempted<T>): T {
  if (tried.ok) return tried.value;
  throw tried.error;
}
