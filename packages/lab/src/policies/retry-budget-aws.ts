import { RetryBudget } from "@headway/sdk/gate";
import { localPolicy } from "./local-policy.ts";
import type { LocalRule } from "./local-policy.ts";

/**
 * The retry quota of the AWS SDKs' standard mode, as it is the default since November 2026:
 *
 *     500 tokens; a retry costs 14 after an error or a time-out, 5 after a throttle; none without the tokens
 *     back: what the retry cost when it succeeds, 1 for a call that succeeds at once
 *
 * The mode's three attempts and its pauses (50 ms base, 1 s after a throttle) are left to the caller's layers, whose pauses are
 * longer: that favours it in every overload.
 */
export const retryBudgetAws = localPolicy(
  {
    name: "retry-budget-aws",
    title: "Retry budget, AWS SDKs",
    source: "AWS SDKs and Tools Reference Guide, Retry behavior (standard mode, 2026)",
  },
  awsBudget,
);

function awsBudget(): LocalRule {
  const budget = new RetryBudget();
  const costs = new Map<number, { readonly cost: number; readonly untilMs: number }>();
  return {
    ended({ call }, { outcome }) {
      const cost = costs.get(call)?.cost ?? 0;
      costs.delete(call);
      if (outcome === "ok") budget.succeeded(cost);
    },
    retryAfter({ call, deadlineMs }, end, backoffMs, nowMs) {
      for (const [other, { untilMs }] of costs) if (untilMs <= nowMs) costs.delete(other);
      const cost = budget.take({ outcome: end.outcome });
      if (cost === 0) return undefined;
      costs.set(call, { cost, untilMs: deadlineMs });
      return backoffMs;
    },
  };
}
