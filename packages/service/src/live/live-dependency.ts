import type { Decision, DependencyLook, Detection, Override, WindowView } from "@headway/core";
import { isoOf, overrideJson } from "../api/wire.ts";
import type { LiveAction, LiveDependency, LiveNow, LiveOverride } from "./live-view.ts";
import { rounded, roundedOrNull } from "./rounded.ts";
import type { Spreading } from "./spreading.ts";
import { troubleOf } from "./trouble.ts";

export interface DependencyFacts {
  readonly look: DependencyLook;
  readonly decisions: readonly Decision[];
  readonly override: Override | undefined;
  /** Firing. */
  readonly detections: readonly Detection[];
  readonly spreading: Spreading;
}

const STRICTNESS = ["proceed", "shape", "defer", "hold", "shed"];

export function liveDependency(
  id: string,
  { look, decisions, override, detections, spreading }: DependencyFacts,
): LiveDependency {
  const isRoot = spreading.roots.has(id);
  const actions = actionsOf(decisions);
  const worst = Math.max(0, ...detections.map(({ severity }) => severity));
  const { state, mode, usualLatencyMs } = look;
  return {
    id,
    state,
    trouble: troubleOf({
      state,
      isRoot,
      isActedOn: override !== undefined || actions.some(({ action }) => action !== "proceed"),
      severity: worst,
    }),
    mode,
    now: nowOf(look.last, look),
    usualMs: usualOf(usualLatencyMs),
    actions,
    override: override === undefined ? null : liveOverride(override),
    detections: detections.map((detection) => detection.id),
    isRoot,
    rootCause: spreading.rootOf.get(id) ?? null,
  };
}

/** The strictest first: it is what whoever is in several scopes is asked. */
export function actionsOf(decisions: readonly Decision[]): LiveAction[] {
  return decisions
    .map((decision) => liveAction(decision))
    .toSorted((a, b) => STRICTNESS.indexOf(b.action) - STRICTNESS.indexOf(a.action));
}

function liveAction(decision: Decision): LiveAction {
  const { id, action, mode, scope, shape, notBeforeMs, reason } = decision;
  return {
    id,
    action,
    mode,
    priority: { ...scope.priority },
    ...(scope.agent === undefined ? {} : { agent: scope.agent }),
    ...(shape === undefined ? {} : { shape }),
    ...(notBeforeMs === undefined ? {} : { notBefore: isoOf(notBeforeMs) }),
    reason: { code: reason.code, summary: reason.summary },
    since: isoOf(decision.issuedAtMs),
    until: isoOf(decision.expiresAtMs),
  };
}

export function liveOverride(override: Override): LiveOverride {
  const { dependency: _dependency, ...told } = overrideJson(override);
  return told;
}

/** A gauge stands whether or not the last second had traffic; what flows is zero without it. */
export function nowOf(
  last: WindowView | undefined,
  { inFlight, bound, waiting }: Pick<DependencyLook, "inFlight" | "bound" | "waiting">,
): LiveNow {
  const gauges = { inFlight: rounded(inFlight), bound: roundedOrNull(bound), waiting };
  if (last === undefined) return { ...STILL, ...gauges };
  const { windowMs, calls, attempts, retries, outcomes, latencyMs, agents } = last;
  const share = (count: number): number => (attempts > 0 ? rounded(count / attempts) : 0);
  const perSecond = (count: number): number => rounded((count * 1_000) / windowMs);
  return {
    callsPerSecond: perSecond(calls),
    attemptsPerSecond: perSecond(attempts),
    errorShare: share(outcomes.error + outcomes.timeout),
    throttledShare: share(outcomes.throttled),
    retryShare: share(retries),
    p50Ms: roundedOrNull(latencyMs?.p50),
    p95Ms: roundedOrNull(latencyMs?.p95),
    p99Ms: roundedOrNull(latencyMs?.p99),
    ...gauges,
    agents,
  };
}

const STILL = {
  callsPerSecond: 0,
  attemptsPerSecond: 0,
  errorShare: 0,
  throttledShare: 0,
  retryShare: 0,
  p50Ms: null,
  p95Ms: null,
  p99Ms: null,
  agents: 0,
} as const;

/** It is learned anew every second, and moves little: three digits of it are seldom news. */
export function usualOf(usualLatencyMs: number | null): number | null {
  return usualLatencyMs === null ? null : Number(usualLatencyMs.toPrecision(3));
}
