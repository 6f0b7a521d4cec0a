import type { Random } from "@headway/core";
import { exponential, lognormal } from "../simulation/random.ts";
import { normalBelow } from "../simulation/normal-distribution.ts";
import type { DependencySpec } from "../scenario/scenario.ts";

/** How long services take while nothing is wrong. */
export interface ServiceTimes {
  readonly meanMs: number;
  readonly varianceMs2: number;
  next(): number;
  shareWithin(ms: number): number;
}

/**
 * Each service takes the next number of the dependency's own stream, in the order of starts, and every kind draws the same count of
 * numbers each time: under two policies the n-th service to start is the same work, so that what differs is the policy.
 */
export function serviceTimes(spec: DependencySpec["service"], random: Random): ServiceTimes {
  switch (spec.kind) {
    case "lognormal":
      return lognormalTimes(spec.meanMs, spec.sigma, () =>
        lognormal(random, spec.meanMs, spec.sigma),
      );
    case "exponential":
      return {
        meanMs: spec.meanMs,
        varianceMs2: spec.meanMs ** 2,
        next: () => exponential(random, spec.meanMs),
        shareWithin: (ms) => (ms <= 0 ? 0 : 1 - Math.exp(-ms / spec.meanMs)),
      };
    case "empirical":
      return empiricalTimes(spec.samplesMs, random);
  }
}

export function lognormalShareWithin(ms: number, meanMs: number, sigma: number): number {
  if (ms <= 0) return 0;
  if (sigma === 0) return ms >= meanMs ? 1 : 0;
  return normalBelow((Math.log(ms / meanMs) + (sigma * sigma) / 2) / sigma);
}

function lognormalTimes(meanMs: number, sigma: number, next: () => number): ServiceTimes {
  return {
    meanMs,
    varianceMs2: meanMs ** 2 * Math.expm1(sigma * sigma),
    next,
    shareWithin: (ms) => lognormalShareWithin(ms, meanMs, sigma),
  };
}

function empiricalTimes(samplesMs: readonly number[], random: Random): ServiceTimes {
  const sorted = Float64Array.from(samplesMs).sort();
  const { length } = sorted;
  const meanMs = sorted.reduce((sum, ms) => sum + ms, 0) / length;
  const varianceMs2 = sorted.reduce((sum, ms) => sum + (ms - meanMs) ** 2, 0) / length;
  return {
    meanMs,
    varianceMs2,
    next: () => samplesMs[Math.floor(random() * length)]!,
    shareWithin: (ms) => countWithin(sorted, ms) / length,
  };
}

function countWithin(sorted: Float64Array, ms: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
