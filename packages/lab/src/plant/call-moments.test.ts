import { describe, expect, it } from "vitest";
import { callMoments } from "./call-moments.ts";

/** Fails after 1,000 ms three times in ten, succeeds after 100 ms otherwise. */
const attempt = {
  ok: 0.7,
  meanMs: 0.7 * 100 + 0.3 * 1_000,
  meanSquareMs2: 0.7 * 100 ** 2 + 0.3 * 1_000 ** 2,
  failedMs: 0.3 * 1_000,
};

describe("a call of several attempts", () => {
  it("takes what its one attempt takes", () => {
    const { ok, meanMs, varianceMs2 } = callMoments(attempt, 1);
    expect([ok, meanMs]).toEqual(
      [attempt.ok, attempt.meanMs].map((value) => expect.closeTo(value)),
    );
    expect(varianceMs2).toBeCloseTo(0.7 * 0.3 * 900 ** 2, 6);
  });

  it("agrees with all that can happen in three, counted one by one", () => {
    const ends: readonly (readonly [share: number, ms: number])[] = [
      [0.7, 100],
      [0.3 * 0.7, 1_100],
      [0.09 * 0.7, 2_100],
      [0.027, 3_000],
    ];
    const mean = ends.reduce((sum, [share, ms]) => sum + share * ms, 0);
    const variance = ends.reduce((sum, [share, ms]) => sum + share * (ms - mean) ** 2, 0);
    const { ok, meanMs, varianceMs2 } = callMoments(attempt, 3);
    expect(ok).toBeCloseTo(1 - 0.027, 12);
    expect(meanMs).toBeCloseTo(mean, 9);
    expect(varianceMs2).toBeCloseTo(variance, 6);
  });
});
