import { isFiniteNumber, isRecord, memberOf, numbersOf } from "../detect/parsed-state.ts";
import { PRIORITIES } from "../signals/priority.ts";
import type { Priority } from "../signals/priority.ts";
import type { Decision, Override } from "./decision.ts";
import type { WatchedDependency } from "./watched-dependency.ts";

/*
 * What a store keeps of the engine, and how it comes back. One small record per dependency, plain JSON, with a version.
 *
 * R1 A record is foreign: it may be of another version, or damaged. What does not parse is left out, never thrown over.
 * R2 The clock may have been moved while the engine was down. Each end in time is kept as a moment and as what remained
 *    of it when it was written; the earlier of the two holds, so a clock set back cannot lengthen a hold.
 */

const VERSION = 1;
const ACTIONS = ["proceed", "shape", "defer", "hold", "shed"] as const;
const MODES = ["observe", "advise", "enforce"] as const;
const OVERRIDES = ["hold", "proceed", "limit"] as const;

export function dependencyRecord(
  watched: WatchedDependency,
  open: unknown,
  nowMs: number,
): unknown {
  const { control, book, detectors } = watched;
  return {
    version: VERSION,
    writtenMs: nowMs,
    baseline: control.bound.baseline ?? null,
    timeoutS: control.timeout.learnedS ?? null,
    isHeld: control.phase === "held",
    heldForMs: control.phase === "held" ? nowMs - control.hold.heldSinceMs : 0,
    notBefore: control.notBefore.at(nowMs) ?? null,
    decisions: book.decisions,
    detectors: detectors.map((detector) => ({ kind: detector.kind, state: detector.state() })),
    open,
  };
}

export function restoreDependency(
  record: unknown,
  watched: WatchedDependency,
  nowMs: number,
): void {
  if (memberOf(record, "version") !== VERSION) return;
  const { control, book, detectors } = watched;
  const writtenMs = memberOf(record, "writtenMs");
  if (!isFiniteNumber(writtenMs)) return;
  const baseline = numbersOf(memberOf(record, "baseline"), [
    "latencyS",
    "inFlight",
    "rate",
    "ratePeak",
    "oldShare",
    "bound",
  ]);
  if (baseline) control.bound.restore(baseline);
  const timeoutS = memberOf(record, "timeoutS");
  if (isFiniteNumber(timeoutS) && timeoutS > 0) control.timeout.restore(timeoutS);
  const heldForMs = memberOf(record, "heldForMs");
  if (memberOf(record, "isHeld") === true)
    control.hold.hold(nowMs, nowMs - (isFiniteNumber(heldForMs) ? Math.max(heldForMs, 0) : 0));
  const notBefore = memberOf(record, "notBefore");
  const moment = numbersOf(notBefore, ["atMs", "spreadMs"]);
  if (moment) {
    const reason = (["rate", "quota", "overloaded"] as const).find(
      (known) => known === memberOf(notBefore, "reason"),
    );
    const atMs = earlier(moment.atMs, writtenMs, nowMs);
    control.notBefore.restore({ ...moment, atMs, reason: reason ?? "rate" }, nowMs);
  }
  const decisions = memberOf(record, "decisions");
  if (Array.isArray(decisions)) {
    book.restore(decisions.flatMap((decision) => parseDecision(decision, writtenMs, nowMs) ?? []));
  }
  const states = memberOf(record, "detectors");
  if (!Array.isArray(states)) return;
  for (const detector of detectors) {
    const saved: unknown = states.find((state) => memberOf(state, "kind") === detector.kind);
    if (saved !== undefined) detector.restore(memberOf(saved, "state"));
  }
}

export function overrideRecord(override: Override, nowMs: number): unknown {
  return { version: VERSION, writtenMs: nowMs, ...override };
}

export function parseOverride(record: unknown, nowMs: number): Override | undefined {
  const writtenMs = memberOf(record, "writtenMs");
  const untilMs = memberOf(record, "untilMs");
  const action = OVERRIDES.find((known) => known === memberOf(record, "action"));
  const priority = parsePriorities(memberOf(record, "priority"));
  const [dependency, why, by] = ["dependency", "why", "by"].map((key) => memberOf(record, key));
  if (
    memberOf(record, "version") !== VERSION ||
    !isFiniteNumber(writtenMs) ||
    !isFiniteNumber(untilMs)
  )
    return undefined;
  if (!action || !priority) return undefined;
  if (typeof dependency !== "string" || typeof why !== "string" || typeof by !== "string")
    return undefined;
  const shape = parseShape(memberOf(record, "shape"));
  const end = earlier(untilMs, writtenMs, nowMs);
  return { dependency, action, priority, untilMs: end, why, by, ...(shape ? { shape } : {}) };
}

function earlier(atMs: number, writtenMs: number, nowMs: number): number {
  return Math.min(atMs, nowMs + Math.max(atMs - writtenMs, 0));
}

function parseDecision(value: unknown, writtenMs: number, nowMs: number): Decision | undefined {
  const scope = memberOf(value, "scope");
  const reason = memberOf(value, "reason");
  const action = ACTIONS.find((known) => known === memberOf(value, "action"));
  const mode = MODES.find((known) => known === memberOf(value, "mode"));
  const priority = parsePriorities(memberOf(scope, "priority"));
  const times = numbersOf(value, ["version", "issuedAtMs", "expiresAtMs"]);
  const [id, policyVersion] = [memberOf(value, "id"), memberOf(value, "policyVersion")];
  const [tenant, dependency, agent] = ["tenant", "dependency", "agent"].map((key) =>
    memberOf(scope, key),
  );
  const [code, summary, detections] = ["code", "summary", "detections"].map((key) =>
    memberOf(reason, key),
  );
  if (!action || !mode || !priority || !times) return undefined;
  if (typeof id !== "string" || typeof policyVersion !== "string" || !Array.isArray(detections))
    return undefined;
  if (typeof tenant !== "string" || typeof dependency !== "string") return undefined;
  if (typeof code !== "string" || typeof summary !== "string") return undefined;
  const wait = numbersOf(value, ["notBeforeMs", "spreadMs"]);
  const shape = parseShape(memberOf(value, "shape"));
  return {
    id,
    version: times.version,
    mode,
    scope: { tenant, dependency, priority, ...(typeof agent === "string" ? { agent } : {}) },
    action,
    ...(shape ? { shape } : {}),
    ...(wait
      ? { notBeforeMs: earlier(wait.notBeforeMs, writtenMs, nowMs), spreadMs: wait.spreadMs }
      : {}),
    reason: { code, summary, detections: detections.filter((name) => typeof name === "string") },
    issuedAtMs: Math.min(times.issuedAtMs, nowMs),
    expiresAtMs: earlier(times.expiresAtMs, writtenMs, nowMs),
    policyVersion,
  };
}

function parseShape(value: unknown): Decision["shape"] | undefined {
  if (!isRecord(value)) return undefined;
  const keys = ["concurrency", "ratePerSecond", "fanOut", "retries"] as const;
  return Object.fromEntries(
    keys.flatMap((key) => (isFiniteNumber(value[key]) ? [[key, value[key]]] : [])),
  );
}

function parsePriorities(value: unknown): { from: Priority; to: Priority } | undefined {
  const from = PRIORITIES.find((known) => known === memberOf(value, "from"));
  const to = PRIORITIES.find((known) => known === memberOf(value, "to"));
  return from && to && from <= to ? { from, to } : undefined;
}

/** What the detections' state says is open, by dependency. */
export function openByDependency(state: unknown): ReadonlyMap<string, unknown[]> {
  const byDependency = new Map<string, unknown[]>();
  const open = memberOf(state, "open");
  for (const tracked of Array.isArray(open) ? open : []) {
    const dependency = memberOf(memberOf(tracked, "detection"), "dependency");
    if (typeof dependency !== "string") continue;
    byDependency.set(dependency, [...(byDependency.get(dependency) ?? []), tracked]);
  }
  return byDependency;
}
