import { describe, expect, it } from "vitest";
import type { FaultSpec } from "../scenario/scenario.ts";
import { Condition } from "./condition.ts";

const dependency = "model:a";
const span = { dependency, fromS: 10, toS: 20 };
const conditionOf = (...faults: readonly FaultSpec[]): Condition =>
  new Condition(dependency, faults);

describe("what is wrong with a dependency", () => {
  const slow = conditionOf({ kind: "slowdown", factor: 4, ...span });
  it.each([
    [9_999, 1],
    [10_000, 4],
    [19_999, 4],
    [20_000, 1],
  ])("is on from its begin until just before its end: at %d ms ×%d", (nowMs, slowness) => {
    expect(slow.slowness(nowMs)).toBe(slowness);
  });

  it("concerns no other dependency, and no workload's spike", () => {
    const other = conditionOf(
      { kind: "slowdown", factor: 4, ...span, dependency: "model:b" },
      { kind: "spike", workload: dependency, factor: 4, fromS: 10, toS: 20 },
    );
    expect(other.slowness(15_000)).toBe(1);
    expect(other.edgesMs).toEqual([]);
  });

  it("multiplies where faults overlap", () => {
    const both = conditionOf(
      { kind: "slowdown", factor: 4, ...span },
      { kind: "slowdown", factor: 2, ...span, fromS: 15 },
      { kind: "capacity", share: 0.5, ...span },
      { kind: "capacity", share: 0.5, ...span },
      { kind: "errors", share: 0.5, ...span },
      { kind: "errors", share: 0.5, ...span },
    );
    expect(both.slowness(15_000)).toBe(8);
    expect(both.serversShare(15_000)).toBe(0.25);
    expect(both.errorShare(15_000)).toBe(0.75);
  });

  const ramp = conditionOf({ kind: "ramp", perMinute: 0.3, ...span });
  it.each([
    [10_000, 1],
    [15_000, 1.025],
    [19_999, 1.049_995],
    [20_000, 1],
  ])("grows on a ramp by its share of the usual every minute: at %d ms ×%d", (nowMs, slowness) => {
    expect(ramp.slowness(nowMs)).toBeCloseTo(slowness, 12);
  });

  const flapping = conditionOf({ kind: "flapping", factor: 3, periodS: 4, ...span });
  it.each([
    [10_000, 3],
    [11_999, 3],
    [12_000, 1],
    [13_999, 1],
    [14_000, 3],
    [20_000, 1],
  ])("flaps: the first half of each period at %d ms ×%d", (nowMs, slowness) => {
    expect(flapping.slowness(nowMs)).toBe(slowness);
  });

  it("is cold until so many answers were given, each making it a little warmer", () => {
    const cold = conditionOf({ kind: "cold", factor: 5, answers: 4, ...span });
    cold.answered(9_000);
    const seen = Array.from({ length: 6 }, () => {
      const slowness = cold.slowness(12_000);
      cold.answered(12_000);
      return slowness;
    });
    expect(seen).toEqual([5, 4, 3, 2, 1, 1]);
  });

  it("is warm when the fault ends, however few were answered", () => {
    const cold = conditionOf({ kind: "cold", factor: 5, answers: 400, ...span });
    expect([cold.slowness(19_999), cold.slowness(20_000)]).toEqual([5, 1]);
  });

  it("leaves quota, errors, hangs and regions as they are said", () => {
    const all = conditionOf(
      { kind: "quota", share: 0.2, ...span },
      { kind: "errors", share: 0.3, ...span },
      { kind: "hang", share: 0.4, ...span },
      { kind: "partial", share: 0.5, ...span },
      { kind: "partial", share: 0.1, ...span },
    );
    const shares = (nowMs: number): number[] => [
      all.quotaShare(nowMs),
      all.errorShare(nowMs),
      all.hangShare(nowMs),
      all.outShare(nowMs),
    ];
    expect(shares(5_000)).toEqual([1, 0, 0, 0]);
    expect(shares(15_000).map((share) => share.toFixed(9))).toEqual(
      [0.2, 0.3, 0.4, 0.5].map((share) => share.toFixed(9)),
    );
    expect(all.slowness(15_000)).toBe(1);
    expect(all.hasFate).toBe(true);
    expect(slow.hasFate).toBe(false);
  });
});
