import type { DependencyWindow, Random } from "@headway/core";
import { mergeHistograms } from "@headway/core/signals";
import { randomStream } from "../simulation/random.ts";
import { SelfNormalisedWatch } from "./baselines/self-normalised-cusum.ts";
import { EngineWatch } from "./engine-watch.ts";
import type { EngineWatchOptions } from "./engine-watch.ts";
import { EPISODE_GAP_S } from "./episodes.ts";
import { NezhaData } from "./nezha-data.ts";
import type { Second } from "./span-reports.ts";
import { hearingOf, playDay, secondsOfFile } from "./nezha-play.ts";
import type { Hearing } from "./nezha-play.ts";
import { countFalse, scoreFault, summarise } from "./protocol.ts";
import type { FalseAlarms, FaultScore, Summary } from "./protocol.ts";

export interface SpansBenchOptions {
  /** The 5-second schedule of OpenTelemetry's batch processor, at its worst. */
  readonly exportDelayS?: number;
  /** Windows until a false alarm of one stream, each a point of the curve; core's own is always among them. */
  readonly runLengths?: readonly number[];
  readonly withBaselines?: boolean;
}

export interface SpansBench {
  readonly systems: readonly SystemSpans[];
}

/** One system's day. */
export interface SystemSpans {
  readonly system: string;
  readonly day: string;
  /** The engine as it is shipped, told by a span processor: of each start and each end. */
  readonly shipped: SpansPoint;
  /** The same, told by the service's receiver: of spans that have ended, once their trace has settled. */
  readonly exported: SpansPoint;
  readonly faults: readonly FaultScore[];
  /** Told to make no more false alarms than one an hour, a day, a week over the fleet. */
  readonly matched: readonly SpansPoint[];
  readonly curve: readonly SpansPoint[];
  /** What is shipped, told less. */
  readonly ablation: readonly SpansPoint[];
  readonly baselines: readonly SpansPoint[];
}

export interface SpansPoint {
  readonly name: string;
  readonly runLength: number | null;
  /** Faults that show in timing (network, processor), `return` faults, and all others. */
  readonly timing: Summary;
  readonly returns: Summary;
  readonly others: Summary;
  readonly falseAlarms: FalseAlarms;
  /** Every other stretch of quiet time: what a threshold may be chosen on, and what it is then checked on. */
  readonly halves: readonly [FalseAlarms, FalseAlarms];
}

const RUN_LENGTHS = [3_000, 10_000, 30_000, 100_000];
const ABLATIONS: readonly (Required<Pick<EngineWatchOptions, "told">> & {
  readonly name: string;
})[] = [
  {
    name: "without the callers' side of edges",
    told: (window) => ({ ...window, gapsMade: new Map() }),
  },
  {
    name: "without own time",
    told: (window) => ({ ...window, selfByOperation: new Map() }),
  },
  { name: "without gaps", told: (window) => ({ ...window, gap: undefined }) },
  { name: "operations not told apart", told: poolOperations },
  { name: "without calls made", told: (window) => ({ ...window, callsMade: 0 }) },
  {
    name: "each dependency told as a whole: its latency, self time and gap",
    told: asWhole,
  },
];
const RATES = [
  { name: "one false alarm an hour", seconds: 3_600 },
  { name: "one false alarm a day", seconds: 86_400 },
  { name: "one false alarm a week", seconds: 604_800 },
] as const;
/** Thresholds and allowances of the prototype that is the line to beat. */
const BASELINES = [
  [6, 1],
  [10, 1],
  [15, 1.5],
  [25, 2],
  [40, 2],
] as const;

/** Network and processor faults change how long calls take; the others hardly do. */
export function isTiming({ type }: { readonly type: string }): boolean {
  return type.startsWith("network") || type.startsWith("cpu");
}

/** Labelled faults in real spans: how soon, and whether the right service is named. */
export async function benchNezhaSpans(
  nezhaFolder: string,
  options: SpansBenchOptions = {},
): Promise<SpansBench | undefined> {
  const data = NezhaData.open(nezhaFolder);
  if (!data || data.files.length === 0) return undefined;
  return { systems: data.days().map((files) => benchDay(data, files, options)) };
}

function benchDay(
  data: NezhaData,
  files: NezhaData["files"],
  { exportDelayS = 5, runLengths = RUN_LENGTHS, withBaselines = true }: SpansBenchOptions,
): SystemSpans {
  const shipped = hearingOf(new EngineWatch());
  // By the bound alone, over as many streams as there are: no false alarm is counted to choose a threshold.
  const streams = files[0] ? countStreams(secondsOfFile(data, files[0])) : 0;
  const rates = runLengths.length > 0 ? RATES : [];
  const matched = rates.map(({ seconds }) =>
    hearingOf(new EngineWatch({ runLength: streams * seconds })),
  );
  const curve = runLengths.map((runLength) => hearingOf(new EngineWatch({ runLength })));
  const ablations = rates.length > 0 ? ABLATIONS : [];
  const ablated = ablations.map(({ told }) => hearingOf(new EngineWatch({ told })));
  const rivals = withBaselines ? BASELINES : [];
  const baselines = rivals.map(([threshold, allowance]) =>
    hearingOf(new SelfNormalisedWatch({ threshold, allowance })),
  );
  playDay(data, files, [shipped, ...matched, ...curve, ...ablated, ...baselines]);
  const exported = hearingOf(new EngineWatch());
  playDay(data, files, [exported], { kind: "exported", delayS: exportDelayS });
  const random = randomStream(1, "bootstrap");
  const point = (name: string, runLength: number | null, hearing: Hearing): SpansPoint =>
    pointOf(name, runLength, hearing, { exportDelayS, random });
  return {
    system: files[0]?.system ?? "",
    day: files[0]?.day ?? "",
    shipped: point("as shipped", null, shipped),
    // Its delay is in the play already.
    exported: pointOf("as shipped, of spans exported", null, exported, { exportDelayS: 0, random }),
    faults: shipped.trials.map((trial) => scoreFault(trial, exportDelayS)),
    matched: matched.map((hearing, index) => {
      const { name, seconds } = rates[index] ?? RATES[0];
      return point(name, streams * seconds, hearing);
    }),
    curve: curve.map((hearing, index) => {
      const runLength = runLengths[index] ?? 0;
      return point(`run length ${runLength}`, runLength, hearing);
    }),
    ablation: ablated.map((hearing, index) => point(ablations[index]?.name ?? "", null, hearing)),
    baselines: baselines.map((hearing, index) => {
      const [threshold, allowance] = rivals[index] ?? [0, 0];
      return point(`self-normalised CUSUM h ${threshold} k ${allowance}`, null, hearing);
    }),
  };
}

function asWhole(window: DependencyWindow): DependencyWindow {
  const told = { ...window };
  for (const detail of ["selfByOperation", "gapsMade", "callsMade"])
    Reflect.deleteProperty(told, detail);
  return told;
}

function poolOperations({ self, gapsMade, ...window }: DependencyWindow): DependencyWindow {
  const made = mergeHistograms(gapsMade?.values() ?? []);
  return {
    ...window,
    self,
    selfByOperation: new Map(self ? [["", self]] : []),
    gapsMade: new Map(made ? [["", made]] : []),
  };
}

/** Two for each dependency: its own time, and the way to what it calls. */
function countStreams(seconds: readonly Second[]): number {
  const points = seconds.flatMap(({ report }) => report.points);
  return 2 * new Set(points.flatMap(({ attributes }) => attributes.dependency ?? [])).size;
}

function pointOf(
  name: string,
  runLength: number | null,
  { quiet, trials }: Hearing,
  { exportDelayS, random }: { readonly exportDelayS: number; readonly random: Random },
): SpansPoint {
  const scores = trials.map((trial) => scoreFault(trial, exportDelayS));
  const half = (odd: number) => quiet.filter((_, index) => index % 2 === odd);
  return {
    name,
    runLength,
    timing: summarise(scores.filter(isTiming), random),
    returns: summarise(
      scores.filter(({ type }) => type === "return"),
      random,
    ),
    others: summarise(
      scores.filter((score) => !isTiming(score) && score.type !== "return"),
      random,
    ),
    falseAlarms: countFalse(quiet, EPISODE_GAP_S),
    halves: [countFalse(half(0), EPISODE_GAP_S), countFalse(half(1), EPISODE_GAP_S)],
  };
}
