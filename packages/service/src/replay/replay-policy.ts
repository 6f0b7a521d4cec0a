import type { Policy } from "@headway/core";
import type { Attempt, FinishedSpanView } from "@headway/core/signals";
import type { ServiceLimits } from "../config/config.ts";
import type { Arrival, Arrivals } from "./arrival.ts";
import { DecisionLog } from "./decision-log.ts";
import { episodesOf } from "./episodes.ts";
import type { Episode } from "./episodes.ts";
import { endMsOf } from "./first-failure.ts";
import { impactOf, usualMsOf } from "./impact.ts";
import type { Impact } from "./impact.ts";
import { processorArrivals } from "./processor-arrivals.ts";
import { VirtualService } from "./virtual-service.ts";

/** What is played: arrivals as they were, or the spans of processes that are imagined to have the span processor. */
export type Play =
  | (Arrivals & { readonly via: "traces" })
  | { readonly via: "processor"; readonly spans: readonly FinishedSpanView[] };

export interface ReplayOptions {
  readonly policy: Policy;
  readonly tickMs: number;
  readonly settleMs: number;
  readonly limits: ServiceLimits;
  /** What is before is history, which is learned from and not counted. */
  readonly fromMs: number;
}

export interface DependencyReplay {
  readonly dependency: string;
  readonly usualMs: number | undefined;
  readonly impact: Impact;
}

/** All that is known after a policy's replay. */
export interface PolicyReplay {
  readonly log: DecisionLog;
  readonly episodes: readonly Episode[];
  /** By name. */
  readonly dependencies: readonly DependencyReplay[];
  readonly ticks: number;
}

/** Runs the engine under one policy over all that arrived, then asks what its decisions would have done to what was recorded. */
export function replayPolicy(play: Play, options: ReplayOptions): PolicyReplay {
  const { fromMs, policy } = options;
  const log = new DecisionLog();
  const attempts = new Map<string, Attempt[]>();
  const onAttempt = (attempt: Attempt): void => {
    const known = attempts.get(attempt.dependency);
    if (known === undefined) attempts.set(attempt.dependency, [attempt]);
    else known.push(attempt);
  };
  let ticks = 0;
  const service = new VirtualService({
    ...options,
    ticksAreRecorded: play.via === "traces" && play.order === "recorded",
    onAttempt,
    onChange: (change, nowMs) => {
      ticks += 1;
      log.changed(change, nowMs);
    },
  });
  for (const arrival of arrivalsOf(play, policy, onAttempt)) service.arrive(arrival);
  service.end();
  for (const list of attempts.values()) list.sort((a, b) => endMsOf(a) - endMsOf(b));
  const episodes = episodesOf({
    detections: log.detections.values(),
    decisions: log.runs.values(),
    attemptsOf: (dependency) => attempts.get(dependency) ?? [],
  });
  const dependencies = [...attempts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([dependency, list]): DependencyReplay => {
      const first = episodes.find((episode) => episode.dependency === dependency);
      const usualMs = usualMsOf(list, first?.calmUntilMs ?? Number.POSITIVE_INFINITY);
      const byStart = list.toSorted((a, b) => a.startMs - b.startMs);
      return { dependency, usualMs, impact: impactOf({ attempts: byStart, log, usualMs, fromMs }) };
    });
  const counted = episodes.filter(({ noticed }) => noticed.atMs >= fromMs);
  return { log, episodes: counted, dependencies, ticks };
}

function arrivalsOf(
  play: Play,
  { identities }: Policy,
  onAttempt: (attempt: Attempt) => void,
): readonly Arrival[] {
  return play.via === "traces"
    ? play.list
    : processorArrivals(play.spans, { identities, onAttempt });
}
