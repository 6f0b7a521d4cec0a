import { describe, expect, it } from "vitest";
import { normal, randomStream } from "../simulation/random.ts";
import { bootstrap, medianOf, quantileOf, rateInterval } from "./bootstrap.ts";

describe("a bootstrap interval", () => {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;

  it("of a mean is as wide as the mean's own law, and holds it in nineteen cases of twenty", () => {
    const held = Array.from({ length: 100 }, (_, seed) => {
      const random = randomStream(seed, "sample");
      const sample = Array.from({ length: 50 }, () => normal(random));
      const { low, high } = bootstrap(sample, mean, { random, resamples: 400 });
      return low <= 0 && 0 <= high;
    }).filter(Boolean).length;
    expect(held).toBeGreaterThanOrEqual(88);
    expect(held).toBeLessThanOrEqual(99);
  });

  it("is the same for the same seed, and says nothing of nothing", () => {
    const once = () => bootstrap([1, 5, 9, 2], mean, { random: randomStream(1, "x") });
    expect(once()).toEqual(once());
    expect(bootstrap([], mean, { random: randomStream(1, "x") }).low).toBeNaN();
  });
});

it("a median counts what was missed as infinitely late", () => {
  expect(medianOf([3, 1, 2])).toBe(2);
  expect(medianOf([4, 1, 3, 2])).toBe(2.5);
  expect(medianOf([1, Infinity, Infinity])).toBe(Infinity);
  expect(medianOf([])).toBeNaN();
});

it("a quantile is a value that occurred", () => {
  expect(quantileOf([1, 2, 3, 4], 0.95)).toBe(4);
  expect(quantileOf([1, 2, 3, 4], 0)).toBe(1);
});

describe("a rate's interval", () => {
  it.each([
    [0, 1, 0, 3.689],
    [1, 1, 0.0253, 5.572],
    [3, 2, 0.3093, 4.384],
    [10, 1, 4.795, 18.39],
  ])("of %d in %d hours is Garwood's", (count, hours, low, high) => {
    const interval = rateInterval(count, hours);
    expect(interval.value).toBeCloseTo(count / hours, 9);
    expect(interval.low).toBeCloseTo(low, 2);
    expect(interval.high).toBeCloseTo(high, 2);
  });

  it("says nothing of no time", () => {
    expect(rateInterval(0, 0).high).toBeNaN();
  });
});
