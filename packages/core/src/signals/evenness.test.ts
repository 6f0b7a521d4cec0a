import { describe, expect, it } from "vitest";
import { seededRandom } from "./fixtures/seeded-random.ts";
import { FALSE_ALARM_RATE, logChance, spacingCvMax, SPACING_CV_MAX } from "./evenness.ts";

const SAMPLES = 40_000;

function cvOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const m2 = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(m2 / values.length) / mean;
}

/** Share of random repetitions with this many pauses that are as even as `cv`. */
function shareOf(period: number, pauses: number, cv: number): number {
  const random = seededRandom(period * 100 + pauses);
  const gap = (): number => -Math.log(1 - random());
  const cycle = (): number => Array.from({ length: period }, gap).reduce((a, b) => a + b);
  let even = 0;
  for (let sample = 0; sample < SAMPLES; sample += 1)
    if (cvOf(Array.from({ length: pauses }, cycle)) <= cv) even += 1;
  return even / SAMPLES;
}

const formula = (period: number, pauses: number, cv: number): number =>
  Math.exp(logChance(period, pauses) + (pauses - 1) * Math.log(cv));

describe("the chance of even pauses", () => {
  it.each([
    [2, 0.25, 0.25],
    [3, 0.25, 0.0756],
    [4, 0.25, 0.0245],
    [3, 0.1, 0.0121],
  ])("of %i with a variation of %d is %d", (pauses, cv, chance) => {
    expect(formula(1, pauses, cv)).toBeCloseTo(chance, 4);
    // Four standard deviations of a count of 40,000.
    expect(Math.abs(shareOf(1, pauses, cv) - chance)).toBeLessThan(4 * Math.sqrt(chance / SAMPLES));
  });

  it.each([
    [2, 3],
    [2, 4],
    [3, 4],
    [4, 5],
  ])(
    "between cycles of %i calls, %i of them, is below the formula and near it",
    (period, pauses) => {
      const simulated = shareOf(period, pauses, 0.15);
      const bound = formula(period, pauses, 0.15);
      expect(simulated).toBeLessThan(bound + 4 * Math.sqrt(bound / SAMPLES));
      expect(simulated).toBeGreaterThan(0.6 * bound);
    },
  );
});

describe("the bound on the variation", () => {
  const cyclesOf = (period: number, cv: number): number | undefined =>
    Array.from({ length: 40 }, (_, index) => index + 1).find(
      (pauses) => spacingCvMax(period, pauses) >= cv,
    );

  it.each([
    [1, [5, 6, 9, 11, 13, 16, 19]],
    [2, [5, 7, 10, 13, 17, 22, 30]],
    [3, [5, 7, 11, 15, 21, 29, undefined]],
    [4, [5, 7, 11, 17, 24, 38, undefined]],
  ])("is met after as many cycles as the table says, at period %i", (period, cycles) => {
    const found = [0.001, 0.01, 0.05, 0.1, 0.15, 0.2, 0.25].map((cv) => cyclesOf(period, cv));
    expect(found.map((pauses) => pauses && pauses + 1)).toEqual(cycles);
  });

  it.each([1, 2, 3, 4])("spends no more than the rate over all lengths at period %i", (period) => {
    let spent = 0;
    for (let pauses = 2; pauses <= 40; pauses += 1)
      spent += formula(period, pauses, spacingCvMax(period, pauses));
    expect(spent).toBeLessThanOrEqual(FALSE_ALARM_RATE * 1.000_001);
    expect(spent).toBeGreaterThan(FALSE_ALARM_RATE / 3);
  });

  it("is none for one pause, nor for a period that is not looked for", () => {
    expect(spacingCvMax(1, 1)).toBe(0);
    expect(spacingCvMax(5, 10)).toBe(0);
  });

  it("is never wider than a beat, and stays as it is for the longest", () => {
    expect(spacingCvMax(1, 30)).toBe(SPACING_CV_MAX);
    expect(spacingCvMax(4, 1_000)).toBe(spacingCvMax(4, 40));
  });
});
