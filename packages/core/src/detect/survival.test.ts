import { describe, expect, it } from "vitest";
import { histogramOf, normal, seeded } from "./fixtures/windows.ts";
import { Survival } from "./survival.ts";

function learned(draw: (random: () => number) => number, count: number): Survival {
  const random = seeded(1);
  const survival = new Survival();
  for (let window = 0; window < count / 50; window += 1)
    survival.learn(histogramOf(Array.from({ length: 50 }, () => draw(random)))!);
  return survival;
}

const exponential = (random: () => number): number => -Math.log(1 - random());

describe("survival", () => {
  it.each([0.1, 0.5, 1, 2])(
    "finds the hazard of exponential durations, which is the age itself (%d)",
    (age) => {
      expect(learned(exponential, 20_000).hazard(age) / age).toBeCloseTo(1, 0);
      expect(Math.abs(learned(exponential, 20_000).hazard(age) - age)).toBeLessThan(0.15);
    },
  );

  it("balances: over calls that end as usual, the hazards they lived through add up to their number", () => {
    const random = seeded(2);
    const lognormal = (source: () => number) => 2 * Math.exp(0.7 * normal(source));
    const survival = learned(lognormal, 20_000);
    const durations = histogramOf(Array.from({ length: 5_000 }, () => lognormal(random)));
    expect(survival.hazardSum(durations) / 5_000).toBeGreaterThan(0.93);
    expect(survival.hazardSum(durations) / 5_000).toBeLessThan(1.07);
  });

  it("goes on rising beyond all it has seen, as a power law does: alike for each doubling", () => {
    const survival = learned((random) => (1 - random()) ** (-1 / 3), 20_000);
    const [at8, at16, at32] = [8, 16, 32].map((age) => survival.hazard(age));
    expect(at16! - at8!).toBeCloseTo(at32! - at16!, 6);
    // The exponent of the power law that the durations were drawn from is 3.
    expect((at16! - at8!) / Math.LN2).toBeGreaterThan(2.4);
    expect((at16! - at8!) / Math.LN2).toBeLessThan(3.6);
  });

  it("is ready from a hundred durations on, and adds up nothing for nothing", () => {
    expect(learned(exponential, 50).isReady).toBe(false);
    expect(learned(exponential, 150).isReady).toBe(true);
    expect(learned(exponential, 150).hazardSum(undefined)).toBe(0);
  });

  it("forgets: after an hour of other durations it knows those", () => {
    const survival = learned(exponential, 5_000);
    const random = seeded(3);
    for (let window = 0; window < 9_000; window += 1)
      survival.learn(histogramOf([10 * exponential(random)])!);
    expect(survival.hazard(10)).toBeLessThan(1.2);
  });

  it("believes no call to be less likely than one in as many as it has seen and one more", () => {
    const survival = learned(exponential, 1_000);
    const ages = histogramOf([1_000_000, 1_000_000])!;
    expect(survival.hazardSum(ages)).toBeGreaterThan(2 * Math.log(1_001));
    // It forgets a little with each window of fifty.
    expect(survival.hazardSumBelieved(ages) / 2).toBeCloseTo(Math.log(1_001), 1);
    const young = histogramOf([0.5])!;
    expect(survival.hazardSumBelieved(young)).toBe(survival.hazardSum(young));
  });
});
