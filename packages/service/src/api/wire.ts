import type {
  AuditEntry,
  Decision,
  DependencyView,
  Detection,
  Lease,
  Override,
  Verdict,
  WindowView,
} from "@headway/core";
import type { Static } from "typebox";
import type * as schemas from "./schemas.ts";

/** The leases that one tick gives a thousand instances have two instants between them; formatting was half the work. */
const ISO_RECENT = new Map<number, string>();
const ISO_RECENT_MAX = 256;

/**
 * From core's types to the contract's JSON, here and nowhere else. Core tells time in milliseconds of one process'
 * monotonic clock, the contract in RFC 3339; both stand beside `serverTime`, so a reader needs no clock like ours.
 */
export function isoOf(ms: number): string {
  const wholeMs = Math.floor(ms);
  const known = ISO_RECENT.get(wholeMs);
  if (known !== undefined) return known;
  if (ISO_RECENT.size >= ISO_RECENT_MAX) ISO_RECENT.clear();
  const iso = new Date(wholeMs).toISOString();
  ISO_RECENT.set(wholeMs, iso);
  return iso;
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : isoOf(ms);
}

export function decisionJson(decision: Decision): Static<typeof schemas.Decision> {
  const { id, version, mode, scope, action, shape, notBeforeMs, spreadMs, reason } = decision;
  return {
    id,
    version,
    mode,
    scope,
    action,
    ...(shape === undefined ? {} : { shape }),
    ...(notBeforeMs === undefined ? {} : { notBefore: isoOf(notBeforeMs) }),
    ...(spreadMs === undefined ? {} : { spreadMs }),
    reason: reasonJson(reason),
    issuedAt: isoOf(decision.issuedAtMs),
    expiresAt: isoOf(decision.expiresAtMs),
    policyVersion: decision.policyVersion,
  };
}

function reasonJson({
  code,
  summary,
  detections,
}: Decision["reason"]): Static<typeof schemas.Decision>["reason"] {
  return { code, summary, detections: [...detections] };
}

export function leaseJson({ dependency, amount, ratePerSecond, probe, safe, ...lease }: Lease) {
  return {
    dependency,
    amount,
    ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    probe,
    expiresAt: isoOf(lease.expiresAtMs),
    refreshAfter: isoOf(lease.refreshAfterMs),
    safe,
  };
}

export function verdictJson(verdict: Verdict, nowMs: number): Static<typeof schemas.Verdict> {
  const { action, retryAfterMs, decisionId, mode, reason, shape } = verdict;
  return {
    action,
    retryAfterMs: Math.ceil(retryAfterMs),
    decisionId,
    mode,
    reason: reason === null ? null : reasonJson(reason),
    ...(shape === undefined ? {} : { shape }),
    lease: null,
    serverTime: isoOf(nowMs),
  };
}

export function dependencyJson(view: DependencyView): Static<typeof schemas.DependencySchema> {
  return view;
}

export function detectionJson(detection: Detection): Static<typeof schemas.Detection> {
  const { startedAtMs, firedAtMs, resolvedAtMs, severity, summary, evidence, ...claim } = detection;
  return {
    ...claim,
    startedAt: isoOf(startedAtMs),
    firedAt: isoOrNull(firedAtMs),
    resolvedAt: isoOrNull(resolvedAtMs),
    severity,
    summary,
    evidence,
  };
}

export function windowJson({
  endMs,
  outcomes,
  latencyMs,
  ...window
}: WindowView): Static<typeof schemas.Window> {
  return {
    endsAt: isoOf(endMs),
    ...window,
    outcomes: { ...outcomes },
    latencyMs: latencyMs === null ? null : { ...latencyMs },
  };
}

export function overrideJson({ untilMs, ...override }: Override): Static<typeof schemas.Override> {
  return { ...override, until: isoOf(untilMs) };
}

export function auditJson({
  atMs,
  kind,
  dependency,
  by,
  summary,
  id,
}: AuditEntry): Static<typeof schemas.Audit> {
  return { at: isoOf(atMs), kind, dependency, by, summary, id };
}
