import { describe, expect, it } from "vitest";
import { SimulatedFleet, windowOf } from "./fixtures/windows.ts";
import { statesOf, tell, windowsUntilAbnormal } from "./fixtures/told.ts";
import { Recovered } from "./recovered.ts";

const answers = (
  ok: number,
  bad: Partial<Record<"error" | "timeout" | "throttled" | "refused", number>> = {},
) => windowOf({ outcomes: { ok, ...bad } });
const repeat = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
const HEALTHY = repeat(60, answers(10));

function troubled(bad: Parameters<typeof answers>[1] = { error: 10 }): Recovered {
  const detector = new Recovered();
  tell(detector, [...HEALTHY, ...repeat(10, answers(0, bad))]);
  return detector;
}

describe("recovered", () => {
  it.each(["error", "timeout", "throttled"] as const)(
    "is said after fourteen good answers to probes when there was trouble of kind %s",
    (kind) => {
      const windows = windowsUntilAbnormal(troubled({ [kind]: 10 }), repeat(30, answers(1)));
      expect(windows).toBeGreaterThanOrEqual(10);
      expect(windows).toBeLessThanOrEqual(16);
    },
  );

  it("is not said while a third of the probes still fail", () => {
    expect(statesOf(troubled(), repeat(100, answers(2, { error: 1 })))).not.toContain("abnormal");
  });

  it("takes answers that Headway refused for none", () => {
    expect(statesOf(troubled(), repeat(50, answers(0, { refused: 20 })))).toEqual(
      repeat(50, "unknown"),
    );
  });

  it("is never said of a dependency that was not in trouble", () => {
    expect(statesOf(new Recovered(), repeat(500, answers(10)))).not.toContain("abnormal");
    const errors = new SimulatedFleet(
      { rate: () => 20, medianS: () => 0.2, errorShare: () => 0.05 },
      3,
    );
    expect(statesOf(new Recovered(), errors.take(3_600))).not.toContain("abnormal");
  });

  it("is not said while answers are ok but four times as slow, and is within three windows when they are fast again", () => {
    const slow = (second: number) => second >= 300 && second < 360;
    const fleet = new SimulatedFleet(
      {
        rate: () => 20,
        medianS: (second) => (slow(second) ? 0.8 : 0.2),
        errorShare: (second) => (second >= 300 && second < 305 ? 1 : 0.01),
      },
      5,
    );
    const states = statesOf(new Recovered(), fleet.take(400));
    expect(states.slice(0, 360)).not.toContain("abnormal");
    expect(states.slice(360, 364)).toContain("abnormal");
  });

  it("is said for two windows, with how long the trouble was", () => {
    const detector = troubled();
    expect(detector.observe(answers(20))).toMatchObject({
      state: "abnormal",
      evidence: { good: 20, troubledMs: 10_000 },
    });
    expect(statesOf(detector, repeat(3, answers(20)))).toEqual(["abnormal", "normal", "normal"]);
  });
});
