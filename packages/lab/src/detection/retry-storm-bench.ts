import type { OpenArrivalSpec } from "../agents/open-arrivals.ts";
import { randomStream } from "../simulation/random.ts";
import {
  runRetryStormTrial,
  type RetryStormSecond,
  type RetryStormTrial,
} from "./retry-storm-trial.ts";
import { placeInAzure, placeInServegen, servegenModels } from "./silence-recordings.ts";
import { areaUnderCurve, quantile } from "./synthetic-ranking.ts";

export interface RetryStormBenchOptions {
  /** Trials of each reproduction number under each load. */
  readonly seeds: number;
}

export interface RetryStormBench {
  /** Of the fault's seconds, those with too few failures to say anything of them: where the load pauses there is no storm to be seen. */
  readonly undecidedShare: number;
  /** Of telling R > 1 from R ≤ 1 by P(R > 1), by the estimate alone and by the naive one, second by second of the fault, all loads together. */
  readonly auc: Ranking;
  /** The hardest pair alone: R = 1.1 against 0.9. */
  readonly aucNearest: Ranking;
  readonly byReproduction: readonly RetryStormRow[];
  readonly falseAlarms: number;
}

/** Areas under the ROC curve. */
export type Ranking = Readonly<Record<Score, number>>;

type Score = "certainty" | "estimate" | "naive";

export interface RetryStormRow {
  readonly reproduction: number;
  readonly trials: number;
  /** Median over the trials of the mean estimate, and of its difference to the truth. */
  readonly estimate: number;
  readonly bias: number;
  /** Share of the trials in which a storm is said, and that it runs away; seconds from the fault on, over those. */
  readonly stormShare: number;
  readonly stormDelayS: number;
  readonly runawayShare: number;
  readonly runawayDelayS: number;
}

export const REPRODUCTIONS = [0.5, 0.9, 1.1, 1.5, 3] as const;
const RATES = [5, 20] as const;
const AGENTS = 40;
/** The estimate is of six windows; before that it is in part of the time before the fault. */
const SETTLED_S = 6;
/** With fewer failures in those windows no storm is said either. */
const FAILED_MIN = 10;

export async function benchRetryStorm(
  dataFolder: string,
  { seeds }: RetryStormBenchOptions,
): Promise<RetryStormBench> {
  const trials = REPRODUCTIONS.flatMap((reproduction) =>
    Array.from({ length: seeds }, (_, seed) =>
      loadsOf(dataFolder, seed).map((load) =>
        runRetryStormTrial({ load, dataFolder, seed, reproduction, agents: AGENTS }),
      ),
    ).flat(),
  );
  const scores = (of: Score, isIn: (r: number) => boolean) =>
    trials
      .filter(({ reproduction }) => isIn(reproduction))
      .flatMap((trial) => decidedOf(trial).map((second) => second[of]));
  const auc = (of: Score, isIn: (r: number) => boolean) =>
    areaUnderCurve(
      scores(of, (r) => r > 1 && isIn(r)),
      scores(of, (r) => r <= 1 && isIn(r)),
    );
  const ranking = (isIn: (r: number) => boolean): Ranking => ({
    certainty: auc("certainty", isIn),
    estimate: auc("estimate", isIn),
    naive: auc("naive", isIn),
  });
  const settled = trials.flatMap(settledOf).length;
  return {
    undecidedShare: 1 - trials.flatMap(decidedOf).length / settled,
    auc: ranking(() => true),
    aucNearest: ranking((r) => Math.abs(r - 1) < 0.2),
    byReproduction: REPRODUCTIONS.map((reproduction) =>
      rowOf(trials.filter((trial) => trial.reproduction === reproduction)),
    ),
    falseAlarms: trials.reduce((sum, trial) => sum + trial.falseAlarms, 0),
  };
}

function settledOf({ seconds }: RetryStormTrial): readonly RetryStormSecond[] {
  return seconds.filter(({ second }) => second >= SETTLED_S);
}

function decidedOf(trial: RetryStormTrial): readonly RetryStormSecond[] {
  return settledOf(trial).filter(({ failed }) => failed >= FAILED_MIN);
}

/** Anywhere in the recordings, at either rate. */
function loadsOf(dataFolder: string, seed: number): readonly OpenArrivalSpec[] {
  const random = randomStream(seed, "retry-storm/place");
  return RATES.flatMap((perSecond) => [
    ...servegenModels(dataFolder).map((model): OpenArrivalSpec => {
      const startS = placeInServegen(dataFolder, model, random);
      return { kind: "servegen", model, perSecond, startS };
    }),
    { kind: "azure", perSecond, startS: placeInAzure(random) },
  ]);
}

function rowOf(trials: readonly RetryStormTrial[]): RetryStormRow {
  const { reproduction } = trials[0]!;
  const means = trials.map(decidedOf).flatMap((seconds) => {
    if (seconds.length === 0) return [];
    return seconds.reduce((sum, { estimate }) => sum + estimate, 0) / seconds.length;
  });
  const delays = (of: "isStorm" | "isRunaway") =>
    trials.flatMap(({ seconds }) => seconds.find((second) => second[of])?.second ?? []);
  const [storms, runaways] = [delays("isStorm"), delays("isRunaway")];
  const estimate = quantile(means, 0.5);
  return {
    reproduction,
    trials: trials.length,
    estimate,
    bias: estimate - reproduction,
    stormShare: storms.length / trials.length,
    stormDelayS: quantile(storms, 0.5),
    runawayShare: runaways.length / trials.length,
    runawayDelayS: quantile(runaways, 0.5),
  };
}
