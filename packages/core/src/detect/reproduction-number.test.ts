import { describe, expect, it } from "vitest";
import { poisson, seeded } from "./fixtures/windows.ts";
import { ReproductionNumber } from "./reproduction-number.ts";

interface Branching {
  /** Failed retries that one failure causes. */
  readonly r: number;
  /** First attempts that fail, a second. */
  readonly firstFailed: (second: number) => number;
  /** Share of attempts that fail. */
  readonly failShare?: number;
  readonly delayS?: number;
}

/** Each failure causes Poisson(r / failShare) retries, about `delayS` later, of which `failShare` fail. Stops at 5,000 in a second. */
function simulate(
  { r, firstFailed, failShare = 1, delayS = 1 }: Branching,
  seconds: number,
  seed: number,
): ReproductionNumber {
  const random = seeded(seed);
  const number = new ReproductionNumber();
  let due: { readonly atS: number; readonly delay: number }[] = [];
  for (let second = 0; second < seconds; second += 1) {
    const ready = due.filter(({ atS }) => atS < second + 1);
    due = due.filter(({ atS }) => atS >= second + 1);
    const first = Array.from(
      { length: poisson(firstFailed(second), random) },
      () => second + random(),
    );
    const failures = [...first, ...ready.filter(() => random() < failShare).map(({ atS }) => atS)];
    for (const failedAt of failures) {
      for (let child = poisson(r / failShare, random); child > 0; child -= 1) {
        // Never below one second, so that no retry falls due in the second of its cause.
        const delay = delayS * (1 + random());
        due.push({ atS: failedAt + delay, delay });
      }
    }
    const ended = first.length / failShare + ready.length;
    number.observe(
      {
        failed: failures.length,
        ended,
        retries: ready.length,
        delays: ready.map(({ delay }) => [delay, 1]),
      },
      1_000,
    );
    if (failures.length > 5_000) break;
  }
  return number;
}

const STEADY = (): number => 40;
const PULSE = (second: number): number => (second < 3 ? 300 : 0);
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

describe("the reproduction number", () => {
  it.each([
    [0.5, 0.1, STEADY, 60],
    [0.9, 0.1, STEADY, 60],
    [1.1, 0.1, PULSE, 20],
    [1.5, 0.1, PULSE, 10],
    // At this growth the short delays are seen before the long ones are due, which takes a seventh off.
    [3, 0.2, PULSE, 5],
  ])("finds R = %d within a share of %d", (r, tolerance, firstFailed, seconds) => {
    const means = SEEDS.map((seed) => simulate({ r, firstFailed }, seconds, seed).estimate().mean);
    const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
    expect(Math.abs(mean / r - 1)).toBeLessThan(tolerance);
  });

  it("is the same where only some retries fail, for it counts those that do", () => {
    const mean = simulate({ r: 0.6, firstFailed: STEADY, failShare: 0.7 }, 60, 1).estimate().mean;
    expect(mean).toBeGreaterThan(0.5);
    expect(mean).toBeLessThan(0.7);
  });

  it("is the same whether retries wait one second or eight", () => {
    const mean = simulate({ r: 0.8, firstFailed: STEADY, delayS: 8 }, 120, 2).estimate().mean;
    expect(mean).toBeGreaterThan(0.7);
    expect(mean).toBeLessThan(0.9);
  });

  it("covers the truth with its 95 % interval in nine runs of ten or more", () => {
    const runs = Array.from({ length: 60 }, (_, seed) =>
      simulate({ r: 0.8, firstFailed: () => 10 }, 60, 100 + seed).estimate(),
    );
    expect(runs.filter(({ low, high }) => low <= 0.8 && 0.8 <= high).length).toBeGreaterThanOrEqual(
      54,
    );
  });

  it("is nought in an outage without retries, and in a burst without failures", () => {
    const number = new ReproductionNumber();
    for (const failed of [0, 0, 500, 900, 1_500])
      number.observe({ failed, ended: failed + 10, retries: 0, delays: [] }, 1_000);
    expect(number.estimate().mean).toBeLessThan(0.01);
    const burst = new ReproductionNumber();
    for (const ended of [1, 1, 500, 5_000])
      burst.observe({ failed: 0, ended, retries: 0, delays: [] }, 1_000);
    expect(burst.estimate().exceeds(0.1)).toBe(0);
  });

  it("says P(R > r), falling in r, and near one half at its mean", () => {
    const estimate = simulate({ r: 0.8, firstFailed: STEADY }, 60, 4).estimate();
    expect(estimate.exceeds(0.5)).toBeGreaterThan(0.99);
    expect(estimate.exceeds(estimate.mean)).toBeCloseTo(0.5, 1);
    expect(estimate.exceeds(1.2)).toBeLessThan(0.01);
  });
});
