import type { Attempt, Outcome } from "@headway/core/signals";
import { describe, expect, it } from "vitest";
import { firstFailures, poissonAtLeast } from "./first-failure.ts";

const attempt = (endMs: number, outcome: Outcome): Attempt => ({
  dependency: "tool:x",
  operation: "",
  agent: "a",
  priority: 3,
  startMs: endMs - 10,
  durationMs: 10,
  outcome,
  throttle: undefined,
  isRetry: false,
});

/** A success every 20 ms from 0 on, but for the ends that are told. */
const attempts = (untilMs: number, failures: readonly number[]): Attempt[] =>
  Array.from({ length: untilMs / 20 }, (_, at) =>
    attempt(at * 20, failures.includes(at * 20) ? "timeout" : "ok"),
  );

describe("the first failures", () => {
  it("are none where nothing failed in time", () => {
    const late = attempts(60_000, [50_000]);
    expect(firstFailures(late, { fromMs: 30_000, toMs: 49_999 })).toBeUndefined();
    expect(firstFailures(late, { fromMs: 50_001, toMs: 60_000 })).toBeUndefined();
    expect(firstFailures(late, { fromMs: 50_000, toMs: 50_000 })?.atMs).toBe(50_000);
  });

  it("are errors, time-outs and throttles, and not what a caller gave up or Headway refused", () => {
    for (const [outcome, isOne] of [
      ["error", true],
      ["timeout", true],
      ["throttled", true],
      ["cancelled", false],
      ["refused", false],
    ] as const) {
      const found = firstFailures([attempt(1_000, outcome)], { fromMs: 0, toMs: 2_000 });
      expect(found !== undefined, outcome).toBe(isOne);
    }
  });

  it("tell two stray ones from the many that follow", () => {
    const many = [45_000, 45_020, 45_040, 45_060, 45_080, 45_100];
    const found = firstFailures(attempts(60_000, [35_000, 39_000, ...many]), {
      fromMs: 30_000,
      toMs: 60_000,
    });
    expect(found?.atMs).toBe(35_000);
    // 1,500 successes before make a chance of 1 in 1,502; with 250 ended in 5 s, two failures are not rare and three are.
    expect(poissonAtLeast(2, 250 / 1_502)).toBeGreaterThan(0.001);
    expect(poissonAtLeast(3, 250 / 1_502)).toBeLessThan(0.001);
    expect(found?.beyondUsualMs).toBe(45_040);
    expect(found?.usualShare).toBe(0);
  });

  it("are not beyond the usual where as many always failed", () => {
    const every = Array.from({ length: 60 }, (_, at) => at * 1_000);
    const found = firstFailures(attempts(60_000, every), { fromMs: 30_000, toMs: 60_000 });
    expect(found).toEqual({ atMs: 30_000, beyondUsualMs: undefined, usualShare: 0.02 });
  });

  it("go by Poisson's tail", () => {
    expect(poissonAtLeast(0, 3)).toBe(1);
    expect(poissonAtLeast(1, 2)).toBeCloseTo(1 - Math.exp(-2), 12);
    expect(poissonAtLeast(3, 1)).toBeCloseTo(1 - Math.exp(-1) * 2.5, 12);
  });
});
