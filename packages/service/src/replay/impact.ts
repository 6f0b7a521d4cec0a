import type { Action, Decision } from "@headway/core";
import type { Attempt, Priority } from "@headway/core/signals";
import type { DecisionLog } from "./decision-log.ts";
import { endMsOf, isFailure } from "./first-failure.ts";
import { OpenGate } from "./open-gate.ts";

export interface PriorityImpact {
  readonly priority: Priority;
  calls: number;
  heldBack: number;
}

/** What an engine's decisions would have done to the attempts of a recording. A call is an attempt that is no retry. */
export interface Impact {
  attempts: number;
  calls: number;
  failed: number;
  /** Calls that began while a decision was in force for them, by its action. */
  readonly callsUnder: Record<Action, number>;
  readonly callsHeldBack: Record<Action, number>;
  readonly priorities: Map<Priority, PriorityImpact>;
  /** Attempts that failed although, or because, they went out while a decision was in force for them. */
  failedUnder: number;
  heldBack: {
    attempts: number;
    calls: number;
    retries: number;
    /** The recording shows that they would have succeeded as fast as usual: the price of a false hold. */
    good: number;
    /** They succeeded, but more slowly than usual. */
    slow: number;
    /** They failed: work for nothing. */
    failed: number;
    failedRetries: number;
    failedSeconds: number;
    /** Cancelled by their callers, which says neither. */
    cancelled: number;
  };
}

export interface ImpactInput {
  /** In the order of their starts. */
  readonly attempts: readonly Attempt[];
  readonly log: DecisionLog;
  readonly usualMs: number | undefined;
  /** What began before is history: nothing of it is counted. */
  readonly fromMs: number;
}

/** A dependency's usual time is the 95th percentile: one success in twenty is slower without any trouble. */
const USUAL_QUANTILE = 0.95;
const USUAL_ATTEMPTS_MIN = 20;

export function noImpact(): Impact {
  const none = { proceed: 0, shape: 0, defer: 0, hold: 0, shed: 0 };
  return {
    attempts: 0,
    calls: 0,
    failed: 0,
    callsUnder: { ...none },
    callsHeldBack: { ...none },
    priorities: new Map(),
    failedUnder: 0,
    heldBack: {
      attempts: 0,
      calls: 0,
      retries: 0,
      good: 0,
      slow: 0,
      failed: 0,
      failedRetries: 0,
      failedSeconds: 0,
      cancelled: 0,
    },
  };
}

/** Of the successes that ended before then; `undefined` where they are too few to say. */
export function usualMsOf(attempts: readonly Attempt[], untilMs: number): number | undefined {
  const durations = attempts
    .filter((attempt) => attempt.outcome === "ok" && endMsOf(attempt) < untilMs)
    .map(({ durationMs }) => durationMs)
    .toSorted((a, b) => a - b);
  if (durations.length < USUAL_ATTEMPTS_MIN) return undefined;
  return durations[Math.ceil(USUAL_QUANTILE * durations.length) - 1];
}

export function impactOf({ attempts, log, usualMs, fromMs }: ImpactInput): Impact {
  const impact = noImpact();
  const gate = new OpenGate();
  for (const attempt of attempts) {
    const decision = log.forAttempt(attempt);
    const isHeldBack = gate.holdsBack(attempt, decision);
    if (attempt.startMs < fromMs || attempt.outcome === "refused") continue;
    count(impact, attempt, decision, isHeldBack);
    if (isHeldBack) countHeldBack(impact.heldBack, attempt, usualMs);
  }
  return impact;
}

function count(
  impact: Impact,
  attempt: Attempt,
  decision: Decision | undefined,
  isHeldBack: boolean,
): void {
  const { isRetry, priority } = attempt;
  impact.attempts += 1;
  if (isFailure(attempt)) impact.failed += 1;
  if (isFailure(attempt) && decision !== undefined) impact.failedUnder += 1;
  if (isRetry) return;
  const of = impact.priorities.get(priority) ?? { priority, calls: 0, heldBack: 0 };
  impact.priorities.set(priority, of);
  impact.calls += 1;
  of.calls += 1;
  if (decision === undefined) return;
  impact.callsUnder[decision.action] += 1;
  if (!isHeldBack) return;
  impact.callsHeldBack[decision.action] += 1;
  of.heldBack += 1;
}

function countHeldBack(
  heldBack: Impact["heldBack"],
  attempt: Attempt,
  usualMs: number | undefined,
): void {
  const { isRetry, outcome, durationMs } = attempt;
  heldBack.attempts += 1;
  if (isRetry) heldBack.retries += 1;
  else heldBack.calls += 1;
  if (isFailure(attempt)) {
    heldBack.failed += 1;
    heldBack.failedSeconds += durationMs / 1_000;
    if (isRetry) heldBack.failedRetries += 1;
  } else if (outcome === "cancelled") heldBack.cancelled += 1;
  // Where the usual time is not known, every success counts against the decision.
  else if (durationMs <= (usualMs ?? Number.POSITIVE_INFINITY)) heldBack.good += 1;
  else heldBack.slow += 1;
}

/** Counts of several dependencies, together. */
export function addImpact(sum: Impact, one: Impact): void {
  sum.attempts += one.attempts;
  sum.calls += one.calls;
  sum.failed += one.failed;
  sum.failedUnder += one.failedUnder;
  for (const action of ["proceed", "shape", "defer", "hold", "shed"] as const) {
    sum.callsUnder[action] += one.callsUnder[action];
    sum.callsHeldBack[action] += one.callsHeldBack[action];
  }
  for (const { priority, calls, heldBack } of one.priorities.values()) {
    const of = sum.priorities.get(priority) ?? { priority, calls: 0, heldBack: 0 };
    of.calls += calls;
    of.heldBack += heldBack;
    sum.priorities.set(priority, of);
  }
  for (const [name, value] of heldBackEntries(one.heldBack)) sum.heldBack[name] += value;
}

function heldBackEntries(heldBack: Impact["heldBack"]): [keyof Impact["heldBack"], number][] {
  const names = [
    "attempts",
    "calls",
    "retries",
    "good",
    "slow",
    "failed",
    "failedRetries",
    "failedSeconds",
    "cancelled",
  ] as const;
  return names.map((name) => [name, heldBack[name]]);
}
