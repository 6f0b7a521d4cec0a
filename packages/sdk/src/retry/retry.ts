import type { Random } from "@headway/core";
import type { Clock } from "../clock.ts";
import type { Classification } from "../outcome/classification.ts";
import { nextRetry } from "./next-retry.ts";
import type { RetryTerms } from "./next-retry.ts";

export interface RetryPlan extends Omit<RetryTerms, "retriesAllowed"> {
  /** Retries that the fleet's decision still allows; asked after each failure. */
  readonly retriesAllowed: () => number;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

export type Attempted<T> =
  | { readonly ok: true; readonly value: T; readonly classification: Classification }
  | { readonly ok: false; readonly error: unknown; readonly classification: Classification };

/** Tries until an attempt is good, or until no other may follow. Gives the last attempt's result or error then. */
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
    const terms = { ...plan, retriesAllowed: plan.retriesAllowed() };
    const retry = nextRetry(terms, classification, number, plan.clock.now(), plan.random);
    if (retry === undefined) return settle(tried);
    cost = retry.cost;
    await pause(plan, retry.pauseMs);
  }
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
