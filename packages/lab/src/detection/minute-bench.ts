import type { Random } from "@headway/core";
import { Drift } from "@headway/core/detect";
import { randomStream } from "../simulation/random.ts";
import { Adwin } from "./baselines/adwin.ts";
import { BayesianChangePoint } from "./baselines/bayesian-change-point.ts";
import { Cusum } from "./baselines/cusum.ts";
import { Ewma } from "./baselines/ewma.ts";
import { MedianDeviation } from "./baselines/mad.ts";
import { PageHinkley } from "./baselines/page-hinkley.ts";
import type { SeriesBaseline, SeriesDetector } from "./baselines/series.ts";
import { EPISODE_GAP_MINUTES_S } from "./episodes.ts";
import { minuteDaysOf } from "./minute-data.ts";
import type { MinuteDay } from "./minute-data.ts";
import { MinutePlay } from "./minute-play.ts";
import { NezhaData } from "./nezha-data.ts";
import { isTiming } from "./nezha-spans-bench.ts";
import { countFalse, scoreFault, summarise } from "./protocol.ts";
import type { FalseAlarms, FaultScore, Summary } from "./protocol.ts";

export interface MinuteBenchOptions {
  readonly withCurves?: boolean;
}

export interface MinuteBench {
  readonly days: readonly MinuteDayBench[];
}

export interface MinuteDayBench {
  readonly day: string;
  readonly faults: readonly FaultScore[];
  readonly shipped: MinutePoint;
  readonly curve: readonly MinutePoint[];
  readonly baselines: readonly MinutePoint[];
}

export interface MinutePoint {
  readonly name: string;
  readonly timing: Summary;
  readonly others: Summary;
  readonly falseAlarms: FalseAlarms;
}

/** Windows are minutes here: the run length that a detector ships with is in windows, whatever they last. */
const RUN_LENGTHS = [1_000, 10_000, 100_000, 1_000_000, 100_000_000];
const RUN_LENGTH = 2_592_000;
/** Half as long again; what is less is nobody's trouble. */
const FLOOR = Math.log(1.5);
/** A median over a minute may decide alone, where one over a second may not. */
const Z_MAX = 12;

const BASELINES: readonly SeriesBaseline[] = [
  { name: "MAD z > 8", create: () => new MedianDeviation(8) },
  { name: "CUSUM k 1 h 8", create: () => new Cusum(1, 8) },
  { name: "CUSUM k 2 h 8", create: () => new Cusum(2, 8) },
  { name: "CUSUM k 3 h 12", create: () => new Cusum(3, 12) },
  { name: "EWMA .4 L 6", create: () => new Ewma(0.4, 6) },
  { name: "Page-Hinkley 20", create: () => new PageHinkley(20) },
  { name: "ADWIN .002", create: () => new Adwin(0.002) },
  { name: "BOCPD H 1/250", create: () => new BayesianChangePoint(1 / 250) },
];

/** Labelled faults in series of medians a minute, over all edges together. */
export async function benchMinutes(
  nezhaFolder: string,
  { withCurves = true }: MinuteBenchOptions = {},
): Promise<MinuteBench | undefined> {
  const data = NezhaData.open(nezhaFolder);
  const days = data ? minuteDaysOf(nezhaFolder, data.faults) : [];
  return days.length > 0 ? { days: days.map((day) => benchDay(day, withCurves)) } : undefined;
}

function benchDay(day: MinuteDay, withCurves: boolean): MinuteDayBench {
  const random = randomStream(1, "bootstrap");
  const shipped = new MinutePlay(day, () => new DriftOfMedians(RUN_LENGTH));
  return {
    day: day.day,
    faults: shipped.trials.map((trial) => scoreFault(trial, 0)),
    shipped: pointOf("drift as shipped", shipped, random),
    curve: (withCurves ? RUN_LENGTHS : []).map((runLength) =>
      pointOf(
        `drift, run length ${runLength}`,
        new MinutePlay(day, () => new DriftOfMedians(runLength)),
        random,
      ),
    ),
    baselines: (withCurves ? BASELINES : []).map((baseline) =>
      pointOf(baseline.name, new MinutePlay(day, () => baseline.create()), random),
    ),
  };
}

function pointOf(name: string, { trials, quiet }: MinutePlay, random: Random): MinutePoint {
  const scores = trials.map((trial) => scoreFault(trial, 0));
  return {
    name,
    timing: summarise(scores.filter(isTiming), random),
    others: summarise(
      scores.filter((score) => !isTiming(score)),
      random,
    ),
    falseAlarms: countFalse(quiet, EPISODE_GAP_MINUTES_S),
  };
}

/** Core's `Drift` on one series. */
class DriftOfMedians implements SeriesDetector {
  readonly #drift: Drift;

  constructor(runLength: number) {
    this.#drift = new Drift({ runLength, floor: FLOOR, zMax: Z_MAX });
  }

  observe(value: number): boolean {
    return this.#drift.observe({ value, count: 1, variance: 0 }).state === "shifted";
  }
}
