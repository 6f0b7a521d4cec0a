import { describe, expect, it } from "vitest";
import { shareInterval } from "./share-interval.ts";

describe("a share's interval", () => {
  // Of Clopper and Pearson's, as in R's binom.test.
  it.each([
    [4, 4, 0.397_635_4, 1],
    [6, 6, 0.540_741_9, 1],
    [0, 10, 0, 0.308_497_1],
    [1, 1, 0.025, 1],
    [5, 10, 0.187_086_0, 0.812_914_0],
    [17, 18, 0.727_057_1, 0.998_594_4],
    [900, 1_000, 0.879_708_2, 0.917_885_5],
  ])("of %d in %d is exact", (part, whole, low, high) => {
    const interval = shareInterval(part, whole);
    expect(interval.value).toBe(part / whole);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it("says nothing of nothing", () => {
    expect(shareInterval(0, 0).low).toBeNaN();
  });
});
