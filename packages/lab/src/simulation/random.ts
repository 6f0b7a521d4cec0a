import type { Random } from "@headway/core";
import { fnv1a } from "./fnv1a.ts";

/**
 * One stream of random numbers for each purpose, all from one seed: two policies under the same seed then meet the same arrivals,
 * service times and faults, however many numbers either of them draws for itself (common random numbers).
 */
export function randomStream(seed: number, purpose: string): Random {
  let state = hash(purpose, seed);
  // Mulberry32: a full period of 2^32, and fast.
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}

/** Standard normal, by Box and Muller; the second number of the pair is not kept, so that a draw has no memory. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Log-normal of the given mean; `sigma` is the standard deviation of its logarithm. */
export function lognormal(random: Random, mean: number, sigma: number): number {
  return mean * Math.exp(sigma * normal(random) - (sigma * sigma) / 2);
}

/** By Marsaglia and Tsang (2000); for shapes below one by their boost. */
export function gamma(random: Random, shape: number, scale: number): number {
  if (shape < 1) return gamma(random, shape + 1, scale) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v * scale;
  }
}

export function weibull(random: Random, shape: number, scale: number): number {
  return scale * (-Math.log(1 - random())) ** (1 / shape);
}

/** Of the purpose, the seed mixed in. */
function hash(text: string, seed: number): number {
  return Math.imul(fnv1a(text) ^ (seed * 0x9e3779b1), 0x85ebca6b) ^ (seed >>> 7);
}
