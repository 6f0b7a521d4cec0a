import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { areaUnderCurve, quantile } from "./synthetic-ranking.ts";

describe("the area under the curve", () => {
  it.each([
    [[3, 4], [1, 2], 1],
    [[1, 2], [3, 4], 0],
    [[1, 3], [2], 0.5],
    [[2, 2], [2], 0.5],
    [[1, 2, 3], [2, 0], 0.75],
  ])("of %j above %j is %d", (positive, negative, area) => {
    expect(areaUnderCurve(positive, negative)).toBeCloseTo(area, 12);
  });

  it("is the share of pairs in which the positive scores higher, ties by half", () => {
    const scores = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(scores, scores, (positive, negative) => {
        const pairs = positive.flatMap((p) => negative.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
        const share = pairs.reduce<number>((sum, pair) => sum + pair, 0) / pairs.length;
        expect(areaUnderCurve(positive, negative)).toBeCloseTo(share, 12);
      }),
    );
  });
});

it("takes quantiles from the values themselves, and has none of nothing", () => {
  expect([0, 0.5, 0.95, 1].map((share) => quantile([30, 10, 20], share))).toEqual([10, 20, 30, 30]);
  expect(quantile([], 0.5)).toBeNaN();
});
