import { isFailure } from "./failure.ts";
import { localPolicy } from "./local-policy.ts";
import type { LocalRule, LocalView } from "./local-policy.ts";
import { RollingCounts } from "./rolling-counts.ts";

const K = 2;
const WINDOW_MS = 120_000;
const SLOTS = 120;

/**
 * Client-side adaptive throttling of Google's SRE book:
 *
 *     P(reject) = max(0, (requests - K * accepts) / (requests + 1)),   K = 2, over the last two minutes
 *
 * Requests are all that the process wanted, those it rejected itself included; accepts are answers that were no failure. The
 * caller's own back-off stays.
 */
export const sreThrottle = localPolicy(
  {
    name: "sre-throttle",
    title: "SRE throttle",
    source: "Google SRE book, chapter 21 (Handling Overload), client-side throttling",
  },
  sreRule,
);

export function sreRule({ random }: LocalView): LocalRule {
  const counts = new RollingCounts(WINDOW_MS, SLOTS);
  return {
    admits(_attempt, nowMs) {
      const probability = rejectionProbability(counts.read(nowMs));
      counts.add(nowMs, { total: 1, marked: 0 });
      return probability === 0 || random() >= probability;
    },
    ended(_attempt, end, nowMs) {
      if (!isFailure(end)) counts.add(nowMs, { total: 0, marked: 1 });
    },
  };
}

export function rejectionProbability({ total, marked }: { total: number; marked: number }): number {
  return Math.max(0, (total - K * marked) / (total + 1));
}
