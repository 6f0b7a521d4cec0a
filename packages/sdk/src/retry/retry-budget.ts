import { isRetryable } from "../outcome/classification.ts";
import type { Classification } from "../outcome/classification.ts";

const TOKENS = 500;
const COST_TRANSIENT = 14;
const COST_THROTTLED = 5;
const REFUND_FIRST_TRY = 1;

/**
 * What this process may still spend on retries of one dependency, so that a dead one is not called three times as often as a
 * healthy one. The numbers are those of the AWS SDKs' standard retry mode since November 2026: 500 tokens, 14 for a retry
 * after an error, 5 after a throttle (whose rejection is cheap for both), the cost back when the retry succeeds, and 1 for
 * a call that succeeds at once. One budget a dependency: one that fails must not eat what the others need.
 */
export class RetryBudget {
  #tokens = TOKENS;

  get tokens(): number {
    return this.#tokens;
  }

  /** Takes what a retry costs and returns it; 0 where it can't be afforded or would be in vain. */
  take(failure: Classification): number {
    if (!isRetryable(failure)) return 0;
    const cost = failure.outcome === "throttled" ? COST_THROTTLED : COST_TRANSIENT;
    if (cost > this.#tokens) return 0;
    this.#tokens -= cost;
    return cost;
  }

  /** A call succeeded; `cost` is what its last retry took, 0 where it needed none. */
  succeeded(cost: number): void {
    this.#tokens = Math.min(TOKENS, this.#tokens + (cost === 0 ? REFUND_FIRST_TRY : cost));
  }
}
