import { describe, expect, it } from "vitest";
import { normal, seeded } from "./fixtures/windows.ts";
import { ARL_WINDOWS, cusumRunLength, cusumThreshold, likelihoodThreshold } from "./run-length.ts";

function simulatedRunLength(
  allowance: number,
  threshold: number,
  runs: number,
  seed: number,
): number {
  const random = seeded(seed);
  let windows = 0;
  for (let run = 0; run < runs; run += 1) {
    for (let statistic = 0; statistic <= threshold; windows += 1)
      statistic = Math.max(0, statistic + normal(random) - allowance);
  }
  return windows / runs;
}

describe("run length", () => {
  it.each([
    [4, 338],
    [5, 938],
    [8, 19_112],
  ])(
    "of a CUSUM with allowance 0.5 and threshold %d is %d windows, as Siegmund tabulates",
    (threshold, windows) => {
      expect(cusumRunLength(0.5, threshold)).toBeCloseTo(windows, -1);
    },
  );

  it.each([
    [0.25, 300],
    [0.5, 1_000],
    [1, 1_000],
    [0.5, ARL_WINDOWS],
    [1, ARL_WINDOWS * 12],
  ])("is met by the threshold solved for allowance %d and %d windows", (allowance, windows) => {
    expect(cusumRunLength(allowance, cusumThreshold(allowance, windows)) / windows).toBeCloseTo(
      1,
      6,
    );
  });

  it.each([
    [0.25, 300],
    [0.5, 400],
    [1, 400],
  ])("is what a simulation finds within 12 %% (allowance %d, %d windows)", (allowance, windows) => {
    // 2,000 runs have a standard error of 2.2 %; the rest is what the approximation itself is off by.
    const simulated = simulatedRunLength(allowance, cusumThreshold(allowance, windows), 2_000, 7);
    expect(simulated / windows).toBeGreaterThan(0.88);
    expect(simulated / windows).toBeLessThan(1.12);
  });

  it("of a likelihood CUSUM is bounded by e^h, so h is its logarithm", () => {
    expect(likelihoodThreshold(Math.exp(5))).toBeCloseTo(5, 12);
  });

  it("of a likelihood CUSUM is at least what its threshold was set for", () => {
    const random = seeded(3);
    const threshold = likelihoodThreshold(200);
    let windows = 0;
    for (let run = 0; run < 500; run += 1) {
      for (let up = 0; up <= threshold; windows += 1)
        up = Math.max(0, up + (random() < 0.05 ? Math.log(4) : Math.log(0.8 / 0.95)));
    }
    expect(windows / 500).toBeGreaterThan(200);
  });
});
