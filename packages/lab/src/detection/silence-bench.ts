import type { DetectionKind } from "@headway/core";
import { advance, createDetectors, DETECTION_RULES, INACTIVE } from "@headway/core/detect";
import type { OpenArrivalSpec } from "../agents/open-arrivals.ts";
import { randomStream } from "../simulation/random.ts";
import { NaiveBranchingRatio } from "./retry-storm-naive.ts";
import { MODEL, silentFleet, TOOL, type SilenceLoad } from "./silence-load.ts";
import { placeInAzure, placeInServegen, servegenModels } from "./silence-recordings.ts";
import { windowsOf } from "./synthetic-fleet.ts";

export interface SilenceBenchOptions {
  /** Runs of each load, each elsewhere in its trace. */
  readonly seeds: number;
  /** Of each run. */
  readonly hours: number;
}

export interface SilenceBench {
  readonly hours: number;
  /** Detections that fired, of each kind, over all. There is nothing to detect. */
  readonly episodes: Readonly<Partial<Record<DetectionKind, number>>>;
  readonly episodesPerHour: number;
  /** Seconds in which the estimator on raw arrivals says that a storm feeds itself (n > ½). */
  readonly naiveShare: number;
  readonly byLoad: readonly SilenceRow[];
}

export interface SilenceRow {
  readonly load: string;
  readonly hours: number;
  readonly episodes: readonly SilenceEpisode[];
  readonly naiveShare: number;
}

export interface SilenceEpisode {
  readonly seed: number;
  readonly kind: DetectionKind;
  readonly atS: number;
  readonly summary: string;
}

/** Near the rates of the recordings themselves: those of a client or two. */
const MODEL_PER_SECOND = 5;
const TOOL_PER_SECOND = 15;
const NAIVE_STORM = 0.5;

export async function benchSilence(
  dataFolder: string,
  { seeds, hours }: SilenceBenchOptions,
): Promise<SilenceBench> {
  const rows = new Map<string, SilenceRow>();
  for (let seed = 0; seed < seeds; seed += 1)
    for (const load of loadsOf(dataFolder, seed)) {
      const row = runSilence(load, { seed, hours, dataFolder });
      const before = rows.get(load.name);
      rows.set(load.name, before ? together(before, row) : row);
    }
  const byLoad = [...rows.values()];
  const all = byLoad.flatMap(({ episodes }) => episodes);
  const total = byLoad.reduce((sum, row) => sum + row.hours, 0);
  return {
    hours: total,
    episodes: countOf(all),
    episodesPerHour: all.length / total,
    naiveShare: byLoad.reduce((sum, row) => sum + row.naiveShare * row.hours, 0) / total,
    byLoad,
  };
}

export function runSilence(
  load: SilenceLoad,
  { seed, hours, dataFolder }: { seed: number; hours: number; dataFolder: string },
): SilenceRow {
  const durationS = hours * 3_600;
  const fleet = silentFleet(load, { seed, durationS, dataFolder });
  const detectors = createDetectors();
  const lives = detectors.map(() => INACTIVE);
  const naive = new NaiveBranchingRatio();
  const episodes: SilenceEpisode[] = [];
  let naiveStorms = 0;
  for (const window of windowsOf(fleet, durationS)) {
    for (const [index, detector] of detectors.entries()) {
      const finding = detector.observe(window);
      const before = lives[index]!;
      const life = advance(before, finding.state, window.endMs, DETECTION_RULES[detector.kind]);
      lives[index] = life;
      if (life.phase === "firing" && before.phase !== "firing" && finding.state === "abnormal")
        episodes.push({
          seed,
          kind: detector.kind,
          atS: window.endMs / 1_000,
          summary: finding.summary,
        });
    }
    if (naive.observe(window.attempts) > NAIVE_STORM) naiveStorms += 1;
  }
  return { load: load.name, hours, episodes, naiveShare: naiveStorms / durationS };
}

/** A model and a tool under each recording, from anywhere in it. */
function loadsOf(dataFolder: string, seed: number): readonly SilenceLoad[] {
  const random = randomStream(seed, "silence/place");
  const recordings: readonly (readonly [string, (perSecond: number) => OpenArrivalSpec])[] = [
    ...servegenModels(dataFolder).map((model) => {
      const startS = placeInServegen(dataFolder, model, random);
      return [
        `servegen ${model}`,
        (perSecond: number): OpenArrivalSpec => ({ kind: "servegen", model, perSecond, startS }),
      ] as const;
    }),
    ["azure code", (perSecond) => ({ kind: "azure", perSecond, startS: placeInAzure(random) })],
  ];
  return recordings.flatMap(([name, at]) => [
    { name: `${name}, model`, arrivals: at(MODEL_PER_SECOND), service: MODEL },
    { name: `${name}, tool`, arrivals: at(TOOL_PER_SECOND), service: TOOL },
  ]);
}

function together(a: SilenceRow, b: SilenceRow): SilenceRow {
  const hours = a.hours + b.hours;
  return {
    load: a.load,
    hours,
    episodes: [...a.episodes, ...b.episodes],
    naiveShare: (a.naiveShare * a.hours + b.naiveShare * b.hours) / hours,
  };
}

function countOf(episodes: readonly SilenceEpisode[]): Partial<Record<DetectionKind, number>> {
  const counts: Partial<Record<DetectionKind, number>> = {};
  for (const { kind } of episodes) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
