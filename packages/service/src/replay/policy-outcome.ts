import type { Decision, Detection, Policy } from "@headway/core";
import type { DecisionRun } from "./decision-log.ts";
import type { Episode } from "./episodes.ts";
import { addImpact, noImpact } from "./impact.ts";
import type { Impact } from "./impact.ts";
import type { PolicyReplay } from "./replay-policy.ts";
import type {
  DecisionReport,
  EffectReport,
  EpisodeReport,
  PolicyOutcome,
} from "./replay-report.ts";

export interface OutcomeNames {
  /** As the user named it. */
  readonly name: string;
  readonly policy: Policy;
  readonly fromMs: number;
}

/** What is known after a replay, in the words of the report. */
export function policyOutcome(
  { log, episodes, dependencies, ticks }: PolicyReplay,
  { name, policy, fromMs }: OutcomeNames,
): PolicyOutcome {
  const total = noImpact();
  for (const { impact } of dependencies) addImpact(total, impact);
  const runs = [...log.runs.values()].filter(({ toMs }) => (toMs ?? fromMs) >= fromMs);
  return {
    policy: name,
    version: policy.version,
    ticks,
    episodes: episodes.map(episodeReport),
    detections: [...log.detections.values()]
      .filter(({ firedAtMs }) => firedAtMs !== null && firedAtMs >= fromMs)
      .map(detectionReport),
    decisions: runs.map(decisionReport),
    enforced: runs.some(({ versions }) =>
      versions.some(({ decision }) => decision.mode === "enforce"),
    ),
    total: effectReport(total),
    dependencies: dependencies.map(({ dependency, usualMs, impact }) => ({
      dependency,
      usualSeconds: usualMs === undefined ? null : inSeconds(usualMs),
      effect: effectReport(impact),
    })),
    audit: log.audit
      .filter(({ atMs }) => atMs >= fromMs)
      .map(({ atMs, kind, dependency, summary }) => ({
        at: instant(atMs),
        kind,
        dependency,
        summary,
      })),
  };
}

function episodeReport(episode: Episode): EpisodeReport {
  const { dependency, beganMs, noticed, resolvedMs, detections, failures } = episode;
  const failingMs = failures?.beyondUsualMs;
  return {
    dependency,
    beganAt: instant(beganMs),
    noticedAt: instant(noticed.atMs),
    noticedBy: noticed.by,
    summary: noticed.summary,
    resolvedAt: resolvedMs === undefined ? null : instant(resolvedMs),
    kinds: [...new Set(detections.map(({ kind }) => kind))],
    firstFailureAt: failures === undefined ? null : instant(failures.atMs),
    leadSeconds: failures === undefined ? null : inSeconds(failures.atMs - noticed.atMs),
    failingFrom: failingMs === undefined ? null : instant(failingMs),
    leadToFailingSeconds: failingMs === undefined ? null : inSeconds(failingMs - noticed.atMs),
    usualFailureShare: failures === undefined ? null : rounded(failures.usualShare, 4),
  };
}

function detectionReport(detection: Detection): PolicyOutcome["detections"][number] {
  const { kind, dependency, agent, startedAtMs, firedAtMs, resolvedAtMs, severity, summary } =
    detection;
  return {
    kind,
    dependency,
    agent: agent ?? null,
    startedAt: instant(startedAtMs),
    firedAt: instant(firedAtMs ?? startedAtMs),
    resolvedAt: resolvedAtMs === null ? null : instant(resolvedAtMs),
    severity: rounded(severity, 3),
    summary,
  };
}

function decisionReport({ fromMs, toMs, versions }: DecisionRun): DecisionReport {
  const { scope } = versions[0]!.decision;
  return {
    dependency: scope.dependency,
    agent: scope.agent ?? null,
    priorityFrom: scope.priority.from,
    priorityTo: scope.priority.to,
    from: instant(fromMs),
    to: toMs === undefined ? null : instant(toMs),
    versions: versions.map(({ atMs, decision }) => ({ at: instant(atMs), ...saidBy(decision) })),
  };
}

function saidBy({ action, mode, shape, notBeforeMs, reason }: Decision) {
  return {
    action,
    mode,
    shape: shape === undefined ? null : { ...shape },
    notBefore: notBeforeMs === undefined ? null : instant(notBeforeMs),
    code: reason.code,
    summary: reason.summary,
  };
}

function effectReport(impact: Impact): EffectReport {
  const { attempts, calls, failed, callsUnder, callsHeldBack, heldBack, priorities } = impact;
  const { failedSeconds, failedRetries, ...counts } = heldBack;
  return {
    attempts,
    calls,
    failed,
    callsUnder: byAction(callsUnder),
    callsHeldBack: byAction(callsHeldBack),
    heldBackShare: share(heldBack.calls, calls),
    priorities: [...priorities.values()].toSorted((a, b) => a.priority - b.priority),
    heldBack: counts,
    falseHoldShare: share(heldBack.good, heldBack.attempts),
    saved: {
      attempts: heldBack.failed,
      retries: failedRetries,
      agentSeconds: rounded(failedSeconds, 1),
      failedWhileInForce: impact.failedUnder,
    },
  };
}

function byAction({ shape, defer, hold, shed }: Impact["callsUnder"]): EffectReport["callsUnder"] {
  return { shape, defer, hold, shed };
}

export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

function inSeconds(ms: number): number {
  return rounded(ms / 1_000, 3);
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : rounded(part / whole, 4);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
