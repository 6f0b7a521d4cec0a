import type { Action, Decision } from "@headway/core";
import type { Caller } from "./caller.ts";

const STRICTNESS: Readonly<Record<Action, number>> = {
  proceed: 0,
  shape: 1,
  defer: 2,
  hold: 3,
  shed: 4,
};

/**
 * Sorts decisions so that the first that applies is the one to obey: an operator's override before all; then the stricter;
 * of equally strict ones the narrower scope, then the newer. A wide hold is not undone by a milder decision about one agent.
 */
export function inPrecedence(decisions: Iterable<Decision>): readonly Decision[] {
  return [...decisions].sort(
    (a, b) =>
      Number(isOverride(b)) - Number(isOverride(a)) ||
      STRICTNESS[b.action] - STRICTNESS[a.action] ||
      width(a) - width(b) ||
      b.version - a.version,
  );
}

export function isOverride(decision: Decision): boolean {
  return decision.reason.code === "override";
}

export function appliesTo(decision: Decision, caller: Caller, nowMs: number): boolean {
  const { agent, priority } = decision.scope;
  return (
    nowMs < decision.expiresAtMs &&
    caller.priority >= priority.from &&
    caller.priority <= priority.to &&
    (agent === undefined || agent === caller.agent)
  );
}

/** One agent is narrower than any range of priorities. */
function width({ scope }: Decision): number {
  return scope.priority.to - scope.priority.from + (scope.agent === undefined ? 10 : 0);
}
