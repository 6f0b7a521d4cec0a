import type { Random } from "../random.ts";
import { PRIORITY_DEFAULT } from "../signals/priority.ts";
import type { Consult, Decision, Verdict } from "./decision.ts";
import type { Allowance } from "./dependency-control.ts";
import type { ConsultPacer } from "./consult-pacer.ts";
import type { DependencyPolicy } from "./policy.ts";

/** The longest that an election waits for its tick. */
const TICK_MS = 1_000;

const STRICTNESS = ["proceed", "shape", "defer", "hold", "shed"] as const;

/** The decision for one caller: an operator's wins over all; else the strictest, and of equals the narrowest. */
export function decisionFor(
  decisions: readonly Decision[],
  consult: Consult,
  nowMs: number,
): Decision | undefined {
  let first: Decision | undefined;
  let firstRank = Number.NEGATIVE_INFINITY;
  for (const decision of decisions) {
    if (!isFor(decision, consult, nowMs)) continue;
    const decisionRank = rank(decision);
    if (decisionRank <= firstRank) continue;
    first = decision;
    firstRank = decisionRank;
  }
  return first;
}

function isFor(
  { scope, expiresAtMs }: Decision,
  { agent, priority = PRIORITY_DEFAULT }: Consult,
  nowMs: number,
): boolean {
  const { from, to } = scope.priority;
  return (
    expiresAtMs > nowMs && from <= priority && priority <= to && (scope.agent ?? agent) === agent
  );
}

function rank({ action, scope, reason }: Decision): number {
  const narrower =
    (scope.agent === undefined ? 0 : 0.5) + (scope.priority.from - scope.priority.to) / 100;
  return (reason.code === "override" ? 100 : 0) + STRICTNESS.indexOf(action) + narrower;
}

export interface ConsultContext {
  readonly decision: Decision | undefined;
  readonly allowance: Allowance;
  readonly policy: DependencyPolicy;
  readonly pacer: ConsultPacer;
  /** When these callers, all together, were elected to probe; `undefined` while they are not. */
  readonly probeElectedMs: number | undefined;
  /** When the next is elected; `undefined` where nothing is held. */
  readonly probeNextMs: number | undefined;
  readonly random: Random;
  readonly nowMs: number;
}

/** The answer to one caller. Whoever is told to wait is told how long, each a little differently. */
export function verdictFor(consult: Consult, context: ConsultContext): Verdict {
  const { decision, policy, nowMs, random } = context;
  if (!decision) {
    const { mode } = policy;
    return { action: "proceed", retryAfterMs: 0, decisionId: null, mode, reason: null };
  }
  const { mode, reason } = decision;
  const about = { decisionId: decision.id, mode, reason };
  // Recorded, never enforced: whoever only looks at the action must not be held by it.
  if (mode !== "enforce") return { action: "proceed", retryAfterMs: 0, ...about };
  const { action } = decision;
  switch (action) {
    case "proceed":
      return { action, retryAfterMs: 0, ...about };
    case "defer":
    case "hold":
    case "shed": {
      // A probe is the engine's own question to a dependency that it holds; what an operator holds nobody tries.
      const mayProbe = action === "hold" && reason.code !== "override";
      if (mayProbe && context.pacer.takeProbe(context.probeElectedMs, nowMs))
        return { action: "proceed", retryAfterMs: 0, ...about };
      context.pacer.refuse(consult.priority, nowMs);
      const probeMs = mayProbe ? probeAgainMs(context) : undefined;
      const restMs = Math.max((decision.notBeforeMs ?? decision.expiresAtMs) - nowMs, 1);
      const retryAfterMs = Math.ceil(probeMs ?? restMs + random() * (decision.spreadMs ?? 0));
      return withDeadline({ action, retryAfterMs, ...about }, consult, context);
    }
    case "shape": {
      if (decision.shape?.retries === 0 && (consult.attempt ?? 1) > 1) {
        return withDeadline(
          { action: "defer", retryAfterMs: retryPauseMs(context), ...about },
          consult,
          context,
        );
      }
      const retryAfterMs = context.pacer.take(context.allowance, consult.priority, nowMs);
      const shape = decision.shape ?? {};
      if (retryAfterMs === 0) return { action: "shape", retryAfterMs, ...about, shape };
      return withDeadline({ action: "defer", retryAfterMs, ...about, shape }, consult, context);
    }
  }
}

/** The wait of the one caller that is asked back to probe. A tick elects it, so it comes a tick later. */
function probeAgainMs({ probeNextMs, pacer, nowMs }: ConsultContext): number | undefined {
  if (probeNextMs === undefined) return undefined;
  const atMs = Math.max(probeNextMs, nowMs) + TICK_MS;
  return pacer.invite(atMs, nowMs) ? atMs - nowMs : undefined;
}

/** A retry that the fleet cannot afford now is worth asking for again when the attempts now in flight are over. */
function retryPauseMs({ allowance, random }: ConsultContext): number {
  return Math.ceil(1_000 * Math.max(allowance.attemptS, 0.25) * (1 + random()));
}

/** A call that cannot be done in the time it has left is not worth waiting for, where the policy lets it go. */
function withDeadline(
  verdict: Verdict,
  { deadlineMs }: Consult,
  { allowance, policy }: ConsultContext,
): Verdict {
  if (deadlineMs === undefined) return verdict;
  const isTooLate = verdict.retryAfterMs + 1_000 * allowance.attemptS > deadlineMs;
  return isTooLate && policy.actions.includes("shed") ? { ...verdict, action: "shed" } : verdict;
}
