import { describe, expect, it } from "vitest";
import { normalBelow } from "./normal-distribution.ts";
import { exponential, gamma, lognormal, normal, randomStream, weibull } from "./random.ts";

const DRAWS = 40_000;

function moments(draw: () => number): { mean: number; variance: number } {
  let sum = 0;
  let square = 0;
  for (let count = 0; count < DRAWS; count += 1) {
    const value = draw();
    sum += value;
    square += value * value;
  }
  const mean = sum / DRAWS;
  return { mean, variance: square / DRAWS - mean * mean };
}

describe("streams of random numbers", () => {
  it("repeat for the same seed and purpose, and differ for another of either", () => {
    const take = (seed: number, purpose: string): number[] => {
      const random = randomStream(seed, purpose);
      return Array.from({ length: 5 }, random);
    };
    expect(take(1, "arrivals")).toEqual(take(1, "arrivals"));
    expect(take(1, "arrivals")).not.toEqual(take(2, "arrivals"));
    expect(take(1, "arrivals")).not.toEqual(take(1, "service"));
  });

  it("are uniform and uncorrelated from one seed to the next", () => {
    const firsts = Array.from({ length: DRAWS }, (_, seed) => randomStream(seed, "x")() - 0.5);
    const mean = firsts.reduce((sum, x) => sum + x, 0) / DRAWS;
    const lag = firsts.slice(1).reduce((sum, x, at) => sum + x * firsts[at]!, 0) / DRAWS;
    // Four standard errors, of a mean with variance 1/12 and of a product with variance 1/144.
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(1 / 12 / DRAWS));
    expect(Math.abs(lag)).toBeLessThan(4 * Math.sqrt(1 / 144 / DRAWS));
  });

  const random = randomStream(3, "moments");
  it.each([
    ["exponential", () => exponential(random, 2), 2, 4],
    ["normal", () => normal(random), 0, 1],
    ["log-normal", () => lognormal(random, 3, 0.5), 3, 9 * Math.expm1(0.25)],
    ["gamma of a shape above one", () => gamma(random, 2.5, 2), 5, 10],
    ["gamma of a shape below one", () => gamma(random, 0.5, 2), 1, 2],
    ["Weibull of shape 1, which is exponential", () => weibull(random, 1, 2), 2, 4],
  ])("have the moments asked for: %s", (_name, draw, mean, variance) => {
    const seen = moments(draw);
    expect(Math.abs(seen.mean - mean)).toBeLessThan(4 * Math.sqrt(variance / DRAWS));
    // The variance of a variance depends on the kurtosis; 15 covers the heaviest of these (gamma of 0.5).
    expect(Math.abs(seen.variance / variance - 1)).toBeLessThan(4 * Math.sqrt(15 / DRAWS));
  });
});

describe("the normal distribution", () => {
  it.each([
    [0, 0.5],
    [1, 0.841344746],
    [-1, 0.158655254],
    [1.959963985, 0.975],
    [-3, 0.001349898],
    [8, 1],
  ])("has below %d the share %d", (z, share) => {
    expect(Math.abs(normalBelow(z) - share)).toBeLessThan(1e-7);
  });
});
