import { localPolicy } from "./local-policy.ts";
import type { LocalRule } from "./local-policy.ts";

const SHARE = 0.2;
const RETRIES_MIN = 3;

/**
 * Envoy's retry budget: as many retries at a time as a share of what is active.
 *
 *     a retry is granted if   retries < max(20 % of active, 3)
 *
 * A retry counts from being granted, its back-off included, until it has ended; active is every attempt in flight. Defaults
 * of `retry_budget` (envoy.config.cluster.v3.CircuitBreakers.Thresholds); rule as in Envoy's resource manager. The caller's own
 * back-off stays. One budget for each process, as for each Envoy.
 */
export const retryBudgetEnvoy = localPolicy(
  {
    name: "retry-budget-envoy",
    title: "Retry budget, Envoy",
    source:
      "envoyproxy/envoy, source/common/upstream/resource_manager_impl.h; budget_percent 20, min_retry_concurrency 3",
  },
  envoyBudget,
);

function envoyBudget(): LocalRule {
  let active = 0;
  // By call, until when it is kept at the longest: a call whose deadline passes in its back-off ends without a word to us.
  const retries = new Map<number, number>();
  const forget = (nowMs: number): void => {
    for (const [call, untilMs] of retries) if (untilMs <= nowMs) retries.delete(call);
  };
  return {
    admits() {
      active += 1;
      return true;
    },
    ended({ call }) {
      active -= 1;
      retries.delete(call);
    },
    retryAfter({ call, deadlineMs }, _end, backoffMs, nowMs) {
      forget(nowMs);
      if (retries.size >= Math.max(Math.floor(SHARE * active), RETRIES_MIN)) return undefined;
      retries.set(call, deadlineMs);
      return backoffMs;
    },
  };
}
