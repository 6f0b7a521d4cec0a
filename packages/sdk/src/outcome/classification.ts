import type { Outcome, ThrottleReason } from "@headway/core/signals";

/** What became of an attempt. */
export interface Classification {
  readonly outcome: Outcome;
  /** What a throttled answer asked for. */
  readonly retryAfterMs?: number;
  readonly throttle?: ThrottleReason;
  /** Whether another attempt may fare better. Default: for `error`, `throttled` and `timeout`. */
  readonly isRetryable?: boolean;
}

export const OK: Classification = { outcome: "ok" };

const RETRYABLE: readonly Outcome[] = ["error", "throttled", "timeout"];

export function isRetryable({ outcome, isRetryable }: Classification): boolean {
  return isRetryable ?? RETRYABLE.includes(outcome);
}

/** Statuses that another attempt of the same request will meet again. 408, 409, 425 and 429 are about the moment. */
export function isPermanent(status: number): boolean {
  return status >= 400 && status < 500 && ![408, 409, 425, 429].includes(status);
}

/** By HTTP status: 429 is a limit, 529 a provider short of capacity, and so is a 503 that says when to come back. */
export function classifyStatus(status: number, retryAfterMs: number | undefined): Classification {
  const after = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (status === 429) return { outcome: "throttled", throttle: "rate", ...after };
  if (status === 529 || (status === 503 && retryAfterMs !== undefined)) {
    return { outcome: "throttled", throttle: "overloaded", ...after };
  }
  if (status === 408 || status === 504) return { outcome: "timeout" };
  if (status < 400) return OK;
  return isPermanent(status) ? { outcome: "error", isRetryable: false } : { outcome: "error" };
}
