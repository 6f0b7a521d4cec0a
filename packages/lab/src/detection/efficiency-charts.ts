import type { Random } from "@headway/core";
import { BernoulliCusum, CusumBank, Degraded, Drift } from "@headway/core/detect";
import { ExponentialHistogram } from "@headway/core/signals";
import { lognormal, normal } from "../simulation/random.ts";
import { windowWith } from "./synthetic-windows.ts";

/** A chart of core's on numbers whose law is known before and after the change. */
export interface EfficiencyCase {
  readonly name: string;
  /** Whether the chart is told the law before the change, or has to learn it. */
  readonly knows: boolean;
  /** Kullback and Leibler's divergence of the law after from the law before, per window, in nats. */
  readonly divergence: number;
  /** Windows before the change. */
  readonly warmUp: number;
  create(random: Random, runLength: number): EfficiencyChart;
}

/** Told one window, before or after the change; says whether it alarms. */
export type EfficiencyChart = (isChanged: boolean) => boolean;

const KNOWN_WARM_UP = 50;
/** The baseline's memory. */
const LEARNT_WARM_UP = 1_800;

/** Changes that take several windows to see: of one that is plain in the next, only the length of a window would be measured. */
export const EFFICIENCY_CASES: readonly EfficiencyCase[] = [
  ...[0.5, 1, 2].map((shift) => gaussianKnown(shift)),
  bernoulliKnown(0.01, 0.5, 1),
  bernoulliKnown(0.05, 0.2, 5),
  poissonKnown(0.2, 1),
  poissonKnown(0.5, 2),
  ...[0.5, 1, 2].map((shift) => gaussianLearnt(shift)),
  poissonLearnt(20, 26),
  latencyLearnt(1.5, 5),
  latencyLearnt(1.5, 2),
];

/** One member, best at the shift that comes. */
function gaussianKnown(shift: number): EfficiencyCase {
  return {
    name: `Gaussian, shift of ${shift} sigma`,
    knows: true,
    divergence: shift ** 2 / 2,
    warmUp: KNOWN_WARM_UP,
    create: (random, runLength) => {
      const bank = new CusumBank({ runLength, shifts: [shift] });
      return (isChanged) => bank.observe(normal(random) + (isChanged ? shift : 0)) !== undefined;
    },
  };
}

function bernoulliKnown(usual: number, changed: number, trials: number): EfficiencyCase {
  return {
    name: `Bernoulli, ${usual} to ${changed}, ${trials} a window`,
    knows: true,
    divergence: trials * bernoulliDivergence(usual, changed),
    warmUp: KNOWN_WARM_UP,
    create: (random, runLength) => {
      const chart = bernoulliChart(changed, runLength);
      return (isChanged) => {
        const bad = binomial(random, trials, isChanged ? changed : usual);
        return chart.observe(bad, trials - bad, usual);
      };
    },
  };
}

/** Events a second, as trials in slots of a hundredth of a second. */
function poissonKnown(usual: number, changed: number): EfficiencyCase {
  const slots = 100;
  return {
    name: `Poisson, ${usual} to ${changed} a window`,
    knows: true,
    divergence: poissonDivergence(usual, changed),
    warmUp: KNOWN_WARM_UP,
    create: (random, runLength) => {
      const chart = bernoulliChart(changed / slots, runLength);
      return (isChanged) => {
        const bad = Math.min(slots, poisson(random, isChanged ? changed : usual));
        return chart.observe(bad, slots - bad, usual / slots);
      };
    },
  };
}

function gaussianLearnt(shift: number): EfficiencyCase {
  return {
    name: `Gaussian, shift of ${shift} sigma`,
    knows: false,
    divergence: shift ** 2 / 2,
    warmUp: LEARNT_WARM_UP,
    create: (random, runLength) =>
      driftChart(runLength, (isChanged) => normal(random) + (isChanged ? shift : 0)),
  };
}

function poissonLearnt(usual: number, changed: number): EfficiencyCase {
  return {
    name: `Poisson, ${usual} to ${changed} a window`,
    knows: false,
    divergence: poissonDivergence(usual, changed),
    warmUp: LEARNT_WARM_UP,
    create: (random, runLength) =>
      driftChart(runLength, (isChanged) =>
        Math.log1p(poisson(random, isChanged ? changed : usual)),
      ),
  };
}

/** The detector as a whole, told durations only. */
function latencyLearnt(ratio: number, perWindow: number): EfficiencyCase {
  const sigma = 0.5;
  return {
    name: `latency × ${ratio}, ${perWindow} spans a window`,
    knows: false,
    divergence: (perWindow * (Math.log(ratio) / sigma) ** 2) / 2,
    warmUp: LEARNT_WARM_UP,
    create: (random, runLength) => {
      const detector = new Degraded(runLength);
      let endMs = 0;
      return (isChanged) => {
        const latency = new ExponentialHistogram();
        for (let span = 0; span < perWindow; span += 1)
          latency.record(lognormal(random, isChanged ? ratio : 1, sigma));
        endMs += 1_000;
        const window = windowWith({ endMs, ok: perWindow, latency: latency.data() });
        return detector.observe(window).state === "abnormal";
      };
    },
  };
}

function bernoulliChart(shareBad: number, runLength: number): BernoulliCusum {
  return new BernoulliCusum({
    runLength,
    shareBad,
    shareRecovering: shareBad / 2,
    recoveryError: 0.01,
  });
}

function driftChart(runLength: number, value: (isChanged: boolean) => number): EfficiencyChart {
  const drift = new Drift({ runLength, floor: 0 });
  return (isChanged) =>
    drift.observe({ value: value(isChanged), count: 1, variance: 0 }).state === "shifted";
}

function bernoulliDivergence(usual: number, changed: number): number {
  return (
    changed * Math.log(changed / usual) + (1 - changed) * Math.log((1 - changed) / (1 - usual))
  );
}

function poissonDivergence(usual: number, changed: number): number {
  return changed * Math.log(changed / usual) - (changed - usual);
}

function binomial(random: Random, trials: number, share: number): number {
  let bad = 0;
  for (let trial = 0; trial < trials; trial += 1) if (random() < share) bad += 1;
  return bad;
}

function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count += 1;
  return count;
}
