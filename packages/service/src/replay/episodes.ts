import type { Detection } from "@headway/core";
import type { Attempt } from "@headway/core/signals";
import type { DecisionRun } from "./decision-log.ts";
import { firstFailures } from "./first-failure.ts";
import type { FirstFailures } from "./first-failure.ts";

/** Detections of one dependency that touch each other, taken together: one trouble. */
export interface Episode {
  readonly dependency: string;
  /** In the order in which they fired. */
  readonly detections: readonly Detection[];
  /** The earliest that any of them puts its own beginning. */
  readonly beganMs: number;
  /** What ended before is of ordinary times, for sure: a trouble may be there for some seconds before anybody claims it. */
  readonly calmUntilMs: number;
  /** The first word of it: a detection that fired, or a decision taken on a first sign before one did. */
  readonly noticed: { readonly atMs: number; readonly by: string; readonly summary: string };
  /** `undefined`: it still fired when the recording ended. */
  readonly resolvedMs: number | undefined;
  readonly failures: FirstFailures | undefined;
}

/** Trouble that comes back within this is the same. */
const APART_MS = 30_000;
/** A failure this long before what the engine takes for the beginning may be what really began it: it counts against us. */
const LOOK_BACK_MS = 10_000;

/** `recovered` is good news, and a `loop` is one agent's trouble, not the dependency's. */
const OF_DEPENDENCY: ReadonlySet<Detection["kind"]> = new Set([
  "degraded",
  "failing",
  "throttled",
  "retry_storm",
  "saturation",
  "cascade",
]);

/** Decided by people, whatever the dependency does. */
const NOT_NOTICED: ReadonlySet<string> = new Set(["limit", "override"]);

export interface EpisodesInput {
  readonly detections: Iterable<Detection>;
  readonly decisions: Iterable<DecisionRun>;
  /** A dependency's attempts in the order of their ends. */
  readonly attemptsOf: (dependency: string) => readonly Attempt[];
}

export function episodesOf({ detections, decisions, attemptsOf }: EpisodesInput): Episode[] {
  const fired = [...detections]
    .filter(({ kind, firedAtMs }) => OF_DEPENDENCY.has(kind) && firedAtMs !== null)
    .toSorted((a, b) => firedMsOf(a) - firedMsOf(b));
  const groups: Detection[][] = [];
  for (const detection of fired) {
    const group = groups.findLast(([first]) => first?.dependency === detection.dependency);
    if (group !== undefined && firedMsOf(detection) <= endOf(group) + APART_MS)
      group.push(detection);
    else groups.push([detection]);
  }
  const runs = [...decisions];
  return groups.map((group) => {
    const { dependency } = group[0]!;
    return episodeOf(
      group,
      runs.filter(({ versions }) => versions[0]?.decision.scope.dependency === dependency),
      attemptsOf(dependency),
    );
  });
}

function episodeOf(
  detections: readonly Detection[],
  decisions: readonly DecisionRun[],
  attempts: readonly Attempt[],
): Episode {
  const first = detections[0]!;
  const noticed = noticedBy(first, decisions);
  const beganMs = Math.min(noticed.atMs, ...detections.map(({ startedAtMs }) => startedAtMs));
  const end = endOf(detections);
  return {
    dependency: first.dependency,
    detections,
    beganMs,
    calmUntilMs: beganMs - LOOK_BACK_MS,
    noticed,
    resolvedMs: end === Number.POSITIVE_INFINITY ? undefined : end,
    failures: firstFailures(attempts, { fromMs: beganMs - LOOK_BACK_MS, toMs: end }),
  };
}

function noticedBy(first: Detection, decisions: readonly DecisionRun[]): Episode["noticed"] {
  const atMs = firedMsOf(first);
  const sign = decisions.find(
    ({ fromMs, versions }) =>
      fromMs >= atMs - LOOK_BACK_MS &&
      fromMs < atMs &&
      !NOT_NOTICED.has(versions[0]!.decision.reason.code),
  );
  if (sign === undefined) return { atMs, by: first.kind, summary: first.summary };
  const { reason } = sign.versions[0]!.decision;
  return { atMs: sign.fromMs, by: reason.code, summary: reason.summary };
}

function endOf(detections: readonly Detection[]): number {
  return Math.max(
    ...detections.map(({ resolvedAtMs }) => resolvedAtMs ?? Number.POSITIVE_INFINITY),
  );
}

function firedMsOf({ firedAtMs, startedAtMs }: Detection): number {
  return firedAtMs ?? startedAtMs;
}
