import { describe, expect, it } from "vitest";
import { BernoulliCusum } from "./bernoulli-cusum.ts";
import { seeded } from "./fixtures/windows.ts";

const OPTIONS = { runLength: 300, shareBad: 0.2, shareRecovering: 0.2, recoveryError: 0.01 };

function windowsUntilBad(
  share: number,
  trials: number,
  random: () => number,
  options = OPTIONS,
): number {
  const chart = new BernoulliCusum(options);
  for (let windows = 1; ; windows += 1) {
    let bad = 0;
    for (let trial = 0; trial < trials; trial += 1) bad += random() < share ? 1 : 0;
    if (chart.observe(bad, trials - bad, 0.05)) return windows;
  }
}

describe("a Bernoulli CUSUM", () => {
  it.each([1, 5, 40])(
    "alarms falsely no more often than once in its run length, at %d trials a window",
    (trials) => {
      const random = seeded(trials);
      let windows = 0;
      for (let run = 0; run < 200; run += 1) windows += windowsUntilBad(0.05, trials, random);
      expect(windows / 200).toBeGreaterThan(OPTIONS.runLength);
    },
  );

  it("comes within 1.6 of the bound log(ARL) / KL where the share is what it is best at", () => {
    const random = seeded(5);
    const divergence = 0.2 * Math.log(0.2 / 0.05) + 0.8 * Math.log(0.8 / 0.95);
    let windows = 0;
    for (let run = 0; run < 300; run += 1)
      windows += windowsUntilBad(0.2, 1, random, { ...OPTIONS, runLength: 10_000 });
    expect(windows / 300).toBeLessThan((1.6 * Math.log(10_000)) / divergence);
  });

  it("says well too early in no more than the stated share of runs", () => {
    const random = seeded(6);
    const early = Array.from({ length: 500 }, () => {
      const chart = new BernoulliCusum(OPTIONS);
      chart.observe(50, 0, 0.05);
      // One look at a time from zero down, until either it says well or the evidence has clearly gone the other way.
      for (let trial = 0; trial < 25; trial += 1) {
        const bad = random() < 0.2 ? 1 : 0;
        if (!chart.observe(bad, 1 - bad, 0.05)) return true;
      }
      return false;
    });
    expect(early.filter(Boolean).length / 500).toBeLessThanOrEqual(0.01 + 0.02);
  });

  it("looks for four times the usual odds where the usual share is above what it was made for", () => {
    const chart = new BernoulliCusum({ ...OPTIONS, shareBad: 0.1 });
    for (let window = 0; window < 500; window += 1) expect(chart.observe(2, 8, 0.2)).toBe(false);
    for (let window = 0; window < 10; window += 1) chart.observe(7, 3, 0.2);
    expect(chart.isBad).toBe(true);
  });

  it("needs as many times the evidence as errors are dispersed", () => {
    const windowsTo = (dispersion: number) => {
      const chart = new BernoulliCusum(OPTIONS);
      let windows = 1;
      while (!chart.observe(1, 1, 0.05, dispersion)) windows += 1;
      return windows;
    };
    expect(windowsTo(4)).toBeGreaterThanOrEqual(4 * windowsTo(1) - 4);
  });
});
