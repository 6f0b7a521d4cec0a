import { describe, expect, it } from "vitest";
import { estimate } from "./estimate.ts";
import type { Measures, RunOutcome } from "./outcome.ts";
import { studentT975 } from "./student-t.ts";
import { MEASURE_NAMES, pairedDifference, summarise } from "./summary.ts";

const MEASURES: Measures = {
  goodput: 0,
  goodputAfter: 0,
  goodputBefore: 0,
  wastedShare: 0,
  wasted: 0,
  attempts: 0,
  wastedShareRun: 0,
  amplification: 1,
  criticalOk: 1,
  criticalP50S: 0,
  criticalP99S: 0,
  p99S: 0,
  recoveryS: 0,
  failed: { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 },
  falseHolds: 0,
  heldHealthy: 0,
  lockouts: 0,
};

function outcome(policy: string, seed: number, measures: Partial<Measures>): RunOutcome {
  return {
    scenario: "s",
    policy,
    seed,
    measures: { ...MEASURES, ...measures },
    series: { offered: [], good: [], goodCritical: [], attempts: [], inFlight: [], waiting: [] },
    conservation: {
      workflows: { started: 0, ok: 0, late: 0, failed: 0, open: 0 },
      attempts: { asked: 0, went: 0, refused: 0, withdrawn: 0, waiting: 0, ended: 0, inFlight: 0 },
    },
    cost: { events: 0, reports: 0, ticks: 0, deliveries: 0 },
  };
}

describe("an estimate", () => {
  it("has Student's interval: 1, 2, 3 is 2 ± 4.3027 / √3", () => {
    const { mean, low, high, median, runs } = estimate([1, 2, 3]);
    expect({ mean, median, runs }).toEqual({ mean: 2, median: 2, runs: 3 });
    expect(high - mean).toBeCloseTo(4.3027 / Math.sqrt(3), 6);
    expect(mean - low).toBeCloseTo(high - mean, 12);
  });

  it("has no interval for one run, nor where a run never recovered; the median and the count remain", () => {
    expect(estimate([5])).toMatchObject({ mean: 5, low: Number.NaN, high: Number.NaN });
    expect(estimate([1, Infinity, 2])).toMatchObject({ mean: Infinity, median: 2, infinite: 1 });
    expect(estimate([1, Infinity, Infinity]).median).toBe(Infinity);
    expect(estimate([Infinity, Infinity, 1, 2]).median).toBe(Infinity);
    expect(estimate([1, 2, 3, 4]).median).toBe(2.5);
  });

  it.each([
    [1, 12.7062],
    [29, 2.0452],
    [30, 2.0423],
    [31, 2.0395],
    [59, 2.001],
    [1_000, 1.9623],
  ])("takes Student's t at %d degrees of freedom for %d", (degrees, value) => {
    expect(studentT975(degrees)).toBeCloseTo(value, 4);
  });
});

describe("summaries", () => {
  const ours = [1, 2, 3].map((seed) => outcome("ours", seed, { goodput: 10 * seed + 1 }));
  const theirs = [3, 1, 2].map((seed) => outcome("theirs", seed, { goodput: 10 * seed }));

  it("stand for each policy in each scenario, every measure among them", () => {
    const [first, second, ...more] = summarise([...ours, ...theirs]);
    expect(first).toMatchObject({ scenario: "s", policy: "ours", seeds: [1, 2, 3] });
    expect(first!.measures.goodput.mean).toBe(21);
    expect(second).toMatchObject({ policy: "theirs", seeds: [3, 1, 2] });
    expect(more).toEqual([]);
    const names = Object.keys(MEASURES).filter((name) => name !== "failed");
    expect([...MEASURE_NAMES].sort()).toEqual(names.sort());
    expect(Object.keys(first!.measures).sort()).toEqual(names.sort());
  });

  it("differ seed by seed, so that what the seeds do to both cancels", () => {
    const { goodput } = pairedDifference(ours, theirs);
    expect(goodput).toMatchObject({ mean: 1, low: 1, high: 1 });
  });

  it("take two that never recovered for equal", () => {
    const never = (policy: string) => [outcome(policy, 1, { recoveryS: Infinity })];
    expect(pairedDifference(never("a"), never("b")).recoveryS.mean).toBe(0);
  });

  it("refuse a difference without a partner", () => {
    expect(() => pairedDifference(ours, theirs.slice(1))).toThrow("s with seed 3");
  });
});
