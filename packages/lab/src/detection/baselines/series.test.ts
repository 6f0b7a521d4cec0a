import { describe, expect, it } from "vitest";
import { normal, randomStream } from "../../simulation/random.ts";
import { Adwin } from "./adwin.ts";
import { BayesianChangePoint } from "./bayesian-change-point.ts";
import { Cusum } from "./cusum.ts";
import { Ewma } from "./ewma.ts";
import { MedianDeviation } from "./mad.ts";
import { PageHinkley } from "./page-hinkley.ts";
import type { SeriesDetector } from "./series.ts";

const LINES: readonly (readonly [string, () => SeriesDetector, windows: number])[] = [
  ["MAD", () => new MedianDeviation(8), 1],
  ["CUSUM", () => new Cusum(1, 8), 1],
  ["EWMA", () => new Ewma(0.4, 6), 1],
  ["Page-Hinkley", () => new PageHinkley(20), 3],
  ["ADWIN", () => new Adwin(0.002), 8],
  ["BOCPD", () => new BayesianChangePoint(1 / 250), 2],
];

function series(shift: number, windows: number, seed: number): readonly number[] {
  const random = randomStream(seed, "series");
  return Array.from({ length: windows }, (_, at) => normal(random) + (at >= 400 ? shift : 0));
}

function firstAfter(detector: SeriesDetector, values: readonly number[]): number {
  const found = values.map((value) => detector.observe(value));
  return found.findIndex((isAbnormal, at) => at >= 400 && isAbnormal) - 399;
}

describe.each(LINES)("%s", (_, create, windows) => {
  it(`sees a shift by twelve standard deviations within ${windows} windows`, () => {
    for (const seed of [1, 2, 3]) {
      const delay = firstAfter(create(), series(12, 460, seed));
      expect(delay).toBeGreaterThan(0);
      expect(delay).toBeLessThanOrEqual(windows);
    }
  });

  it("is quiet for most of a series that does not change, and does not alarm downwards", () => {
    const quiet = create();
    const alarms = series(0, 2_000, 4).filter((value) => quiet.observe(value)).length;
    expect(alarms).toBeLessThanOrEqual(20);
    const falling = create();
    const values = series(-12, 410, 5);
    const after = values.map((value) => falling.observe(value)).slice(400);
    expect(after).not.toContain(true);
  });
});
