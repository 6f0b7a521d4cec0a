/**
 * How an attempt ended. `refused` is Headway's own doing and never counts as the dependency's fault;
 * `throttled` is a limit answering fast (429, RESOURCE_EXHAUSTED, overloaded) and is no error either.
 */
export type Outcome = "ok" | "error" | "throttled" | "timeout" | "cancelled" | "refused";

export const OUTCOMES: readonly Outcome[] = [
  "ok",
  "error",
  "throttled",
  "timeout",
  "cancelled",
  "refused",
];

export function noOutcomes(): Record<Outcome, number> {
  return { ok: 0, error: 0, throttled: 0, timeout: 0, cancelled: 0, refused: 0 };
}

/** Which limit answered: a per-minute rate, an exhausted quota, or a provider short of capacity. */
export type ThrottleReason = "rate" | "quota" | "overloaded";
