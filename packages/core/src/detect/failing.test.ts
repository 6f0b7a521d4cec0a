import { describe, expect, it } from "vitest";
import { Failing } from "./failing.ts";
import { SimulatedFleet, windowOf } from "./fixtures/windows.ts";
import { lastAbnormal, statesOf, tell, windowsUntilAbnormal } from "./fixtures/told.ts";

const outcomes = (
  ok: number,
  bad: Partial<Record<"error" | "timeout" | "throttled" | "refused" | "cancelled", number>> = {},
) => windowOf({ outcomes: { ok, ...bad } });
const repeat = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);

function delay(rate: number, errorShare: number, seed: number): number {
  const fleet = new SimulatedFleet(
    {
      rate: () => rate,
      medianS: () => 0.1,
      errorShare: (second) => (second < 300 ? 0.01 : errorShare),
    },
    seed,
  );
  const detector = new Failing();
  expect(statesOf(detector, fleet.take(300))).not.toContain("abnormal");
  return windowsUntilAbnormal(detector, fleet.take(300));
}

describe("failing", () => {
  it.each([
    [50, 0.5, 1],
    [10, 0.5, 3],
    [50, 0.15, 4],
    [3, 0.5, 7],
  ])(
    "at %d calls a second sees a share of errors of %d within %d windows",
    (rate, share, windows) => {
      expect(
        Math.max(...[1, 2, 3, 4, 5].map((seed) => delay(rate, share, seed))),
      ).toBeLessThanOrEqual(windows);
    },
  );

  it("counts time-outs as errors", () => {
    const detector = new Failing();
    tell(detector, repeat(60, outcomes(20)));
    expect(detector.observe(outcomes(5, { timeout: 15 })).state).toBe("abnormal");
  });

  it.each(["throttled", "refused", "cancelled"] as const)(
    "takes nothing that is %s for an error",
    (outcome) => {
      const detector = new Failing();
      tell(detector, repeat(60, outcomes(20)));
      expect(new Set(statesOf(detector, repeat(60, outcomes(5, { [outcome]: 50 }))))).toEqual(
        new Set(["normal"]),
      );
    },
  );

  it("is not diluted by throttled answers beside the errors", () => {
    const detector = new Failing();
    tell(detector, repeat(60, outcomes(20)));
    const windows = repeat(5, outcomes(5, { error: 5, throttled: 500 }));
    expect(windowsUntilAbnormal(detector, windows)).toBeLessThanOrEqual(2);
  });

  it("takes a share of errors that is usual for usual, and a raise above it for none", () => {
    const fleet = new SimulatedFleet(
      {
        rate: () => 50,
        medianS: () => 0.1,
        errorShare: (second) => Math.min(0.08, 0.01 + second / 20_000),
      },
      9,
    );
    const detector = new Failing();
    expect(statesOf(detector, fleet.take(3_000)).slice(1_500)).not.toContain("abnormal");
  });

  it("is not alarmed by errors that come in clumps, once it knows them to", () => {
    const detector = new Failing();
    // One window in fifty has four errors among twenty answers: two hundred times more than independent errors would.
    const clumps = Array.from({ length: 5_000 }, (_, index) =>
      outcomes(index % 50 === 49 ? 16 : 20, index % 50 === 49 ? { error: 4 } : {}),
    );
    expect(statesOf(detector, clumps).slice(1_000)).not.toContain("abnormal");
  });

  it("says well again after 25 good answers or so, not after five", () => {
    const detector = new Failing();
    tell(detector, [...repeat(60, outcomes(20)), ...repeat(10, outcomes(0, { error: 20 }))]);
    expect(detector.observe(outcomes(5)).state).toBe("abnormal");
    expect(detector.observe(outcomes(30)).state).toBe("normal");
  });

  it("knows nothing from windows without answers", () => {
    const detector = new Failing();
    tell(detector, [...repeat(60, outcomes(20)), outcomes(0, { error: 20 })]);
    expect(detector.observe(outcomes(0, { refused: 10 }))).toEqual({ state: "unknown" });
    expect(detector.observe(outcomes(0, { error: 1 })).state).toBe("abnormal");
  });

  it("finds a dependency that fails from its first call on", () => {
    expect(
      windowsUntilAbnormal(new Failing(), repeat(10, outcomes(0, { error: 2 }))),
    ).toBeLessThanOrEqual(3);
  });

  it("gives the share, against what is usual", () => {
    const detector = new Failing();
    const finding = lastAbnormal(
      tell(detector, [
        ...repeat(300, outcomes(99, { error: 1 })),
        ...repeat(20, outcomes(40, { error: 60 })),
      ]),
    );
    expect(finding.evidence["share"]).toBeCloseTo(0.6, 2);
    expect(finding.evidence["usualShare"]).toBeCloseTo(0.01, 3);
    expect(finding.summary).toBe("60 % of answers are errors or time-outs; usual is 1 %");
  });

  it("needs more than one clump of errors where they come in clumps, and one where they do not", () => {
    const after = (isClumped: boolean) => {
      const detector = new Failing();
      const usually = Array.from({ length: 5_000 }, (_, index) =>
        index % 50 === 49 && isClumped ? outcomes(16, { error: 4 }) : outcomes(20),
      );
      tell(detector, usually);
      return detector.observe(outcomes(13, { error: 7 })).state;
    };
    expect(after(false)).toBe("abnormal");
    expect(after(true)).toBe("normal");
  });
});
