import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dataFolder } from "../agents/data-folder.ts";
import { benchRetryStorm } from "./retry-storm-bench.ts";
import { NaiveBranchingRatio } from "./retry-storm-naive.ts";
import { FAULT_S, runRetryStormTrial } from "./retry-storm-trial.ts";

const POISSON = { kind: "poisson", perSecond: 20 } as const;

describe("a trial of a storm", () => {
  const trial = (reproduction: number, seed = 1) =>
    runRetryStormTrial({ load: POISSON, dataFolder: "", seed, reproduction, agents: 40 });

  it.each([0.5, 0.9, 1.1, 1.5])("with R = %d is estimated as that", (reproduction) => {
    const { seconds, falseAlarms } = trial(reproduction);
    const settled = seconds.filter(({ second }) => second >= 10);
    const mean = settled.reduce((sum, { estimate }) => sum + estimate, 0) / settled.length;
    expect(mean).toBeGreaterThan(reproduction - 0.1);
    expect(mean).toBeLessThan(reproduction + 0.1);
    expect(falseAlarms).toBe(0);
  });

  it("is watched from the fault to its end, or until it has outgrown what is worth simulating", () => {
    expect(trial(0.5).seconds.map(({ second }) => second)).toEqual(
      Array.from({ length: FAULT_S }, (_, index) => index + 1),
    );
    expect(trial(3).seconds.length).toBeLessThan(20);
  });

  it("is the same each time", () => {
    expect(trial(1.1)).toEqual(trial(1.1));
    expect(trial(1.1)).not.toEqual(trial(1.1, 2));
  });
});

describe("the naive estimate", () => {
  const after = (counts: readonly number[]): number => {
    const naive = new NaiveBranchingRatio();
    return counts.reduce((_, count) => naive.observe(count), 0);
  };

  it("is 1 − √(mean / variance) of the last minute", () => {
    // Mean 10, variance 60 · 100 / 59.
    const counts = Array.from({ length: 60 }, (_, second) => (second % 2 === 0 ? 0 : 20));
    expect(after(counts)).toBeCloseTo(1 - Math.sqrt((10 * 59) / 6_000), 12);
    expect(after([500, 0, 900, ...counts])).toBeCloseTo(after(counts), 12);
  });

  it("is none where counts vary less than by chance, or there are none", () => {
    expect(after(Array.from({ length: 60 }, () => 7))).toBe(0);
    expect(after([0, 0, 0])).toBe(0);
    expect(after([9])).toBe(0);
  });
});

describe.skipIf(!existsSync(dataFolder()))(
  `under recorded load (not run where ${dataFolder()} is absent)`,
  () => {
    it("tells a storm that feeds itself from one that dies out, far better than counts alone", async () => {
      const { auc, aucNearest, byReproduction, falseAlarms } = await benchRetryStorm(dataFolder(), {
        seeds: 3,
      });
      expect(auc.certainty).toBeGreaterThan(0.98);
      expect(auc.naive).toBeLessThan(0.95);
      expect(aucNearest.certainty).toBeGreaterThan(aucNearest.naive + 0.1);
      expect(falseAlarms).toBe(0);
      const runaways = byReproduction.filter(({ runawayShare }) => runawayShare > 0);
      expect(runaways.map(({ reproduction }) => reproduction)).toEqual([1.1, 1.5, 3]);
      for (const { stormDelayS } of byReproduction.slice(1)) expect(stormDelayS).toBeLessThan(10);
    });
  },
);
