import { describe, expect, it } from "vitest";
import { SimulatedFleet, windowOf } from "./fixtures/windows.ts";
import type { Traffic } from "./fixtures/windows.ts";
import { lastAbnormal, statesOf, tell, windowsUntilAbnormal } from "./fixtures/told.ts";
import { RetryStorm } from "./retry-storm.ts";

const FAULT_AT = 60;
const SEEDS = [1, 2, 3, 4, 5];
const fails = (share: number) => (second: number) => (second >= FAULT_AT ? share : 0.02);

function delays(traffic: Partial<Traffic>): readonly number[] {
  return SEEDS.map((seed) => {
    const fleet = new SimulatedFleet(
      { rate: () => 10, medianS: () => 0.2, tries: 3, ...traffic },
      seed,
    );
    const detector = new RetryStorm();
    expect(statesOf(detector, fleet.take(FAULT_AT))).not.toContain("abnormal");
    return windowsUntilAbnormal(detector, fleet.take(120));
  });
}

const NEVER = SEEDS.map(() => Infinity);

describe("retry storm", () => {
  it("is seen within ten seconds when all fails and each call is tried three times", () => {
    expect(Math.max(...delays({ errorShare: fails(1) }))).toBeLessThanOrEqual(10);
  });

  it("is seen within five when each is tried ten times", () => {
    expect(
      Math.max(...delays({ errorShare: fails(1), tries: 10, rate: () => 30 })),
    ).toBeLessThanOrEqual(5);
  });

  it("is seen when calls time out instead", () => {
    const traffic = {
      medianS: (second: number) => (second >= FAULT_AT ? 8 : 0.3),
      timeoutS: 2,
      agents: 96,
      rate: () => 48,
    };
    expect(Math.max(...delays(traffic))).toBeLessThanOrEqual(10);
  });

  it("is none when a fifth fails, for then retries stay few", () => {
    expect(delays({ errorShare: fails(0.2), rate: () => 50 })).toEqual(NEVER);
  });

  it("is none in an outage in which nobody retries", () => {
    expect(delays({ errorShare: fails(1), tries: 1, rate: () => 100 })).toEqual(NEVER);
  });

  it("is none when only two agents take part", () => {
    expect(delays({ errorShare: fails(1), tries: 10, agents: 2 })).toEqual(NEVER);
    expect(delays({ errorShare: fails(1), tries: 10, agents: 3 })).not.toContain(Infinity);
  });

  it("is none at one call in two seconds, where it harms nobody", () => {
    expect(delays({ errorShare: fails(1), rate: () => 0.5 })).toEqual(NEVER);
  });

  it("is none in bursts of model calls that look self-exciting", () => {
    const bursts = (second: number) => (second % 40 < 4 ? 120 : 2);
    const fleet = new SimulatedFleet(
      { rate: bursts, medianS: () => 3, sigma: 0.9, errorShare: () => 0.03, tries: 3 },
      8,
    );
    expect(statesOf(new RetryStorm(), fleet.take(7_200))).not.toContain("abnormal");
  });

  it("lasts as long as it stands still at its height, and ends with it", () => {
    const errorShare = (second: number) =>
      second >= FAULT_AT && second < FAULT_AT + 300 ? 1 : 0.02;
    const fleet = new SimulatedFleet(
      { rate: () => 20, medianS: () => 0.2, tries: 4, errorShare },
      2,
    );
    const states = statesOf(new RetryStorm(), fleet.take(FAULT_AT + 360));
    expect(new Set(states.slice(FAULT_AT + 15, FAULT_AT + 300))).toEqual(new Set(["abnormal"]));
    expect(new Set(states.slice(FAULT_AT + 315))).toEqual(new Set(["normal"]));
  });

  it("says who takes part, how strongly, how surely, and in what step", () => {
    const fleet = new SimulatedFleet(
      { rate: () => 60, medianS: () => 0.2, tries: 3, agents: 90, errorShare: () => 1 },
      3,
    );
    // Long enough for the common beginning, which is in step indeed, to be forgotten.
    const { evidence, summary, severity } = lastAbnormal(tell(new RetryStorm(), fleet.take(200)));
    expect(summary).toMatch(/^90 of 90 agents retry; R = 0\.6\d \(95 %: 0\.\d\d to 0\.\d\d\)$/);
    expect(evidence).toMatchObject({ agentsRetrying: 90, agents: 90, isRunaway: false });
    expect(evidence["certainty"]).toBeGreaterThan(0.99);
    expect(evidence["coherence"]).toBeGreaterThan(0.5);
    expect(evidence["coherence"]).toBeLessThan(2);
    expect(severity).toBeCloseTo(2 / 3, 1);
  });

  it("calls it a runaway when each failure causes more than one", () => {
    const agents = (count: number) =>
      new Map([
        ["a", count],
        ["b", count],
        ["c", count],
      ]);
    const detector = new RetryStorm();
    const growing = [10, 20, 40, 80, 160].map((failed) =>
      windowOf({ outcomes: { error: failed }, agentRetries: agents(failed / 2), attempts: failed }),
    );
    expect(lastAbnormal(tell(detector, growing)).evidence["isRunaway"]).toBe(true);
  });

  it("cannot say before it has seen an attempt", () => {
    expect(
      statesOf(new RetryStorm(), [windowOf(), windowOf({ outcomes: { ok: 1 } }), windowOf()]),
    ).toEqual(["unknown", "normal", "normal"]);
  });

  const steady = (seconds: number, failed: number, retries: number) =>
    Array.from({ length: seconds }, () =>
      windowOf({
        outcomes: { error: failed },
        attempts: failed,
        agentRetries: new Map(["a", "b", "c"].map((agent) => [agent, retries / 3])),
      }),
    );

  it("needs ten failures and ten retries in the six windows that count", () => {
    expect(statesOf(new RetryStorm(), steady(30, 1.5, 1.5))).not.toContain("abnormal");
    expect(statesOf(new RetryStorm(), steady(30, 3, 3))).toContain("abnormal");
    // Half of those that fail are first attempts.
    expect(statesOf(new RetryStorm(), steady(30, 30, 1.5))).not.toContain("abnormal");
  });

  it("is over when hardly anything is left of it, however those few go", () => {
    const detector = new RetryStorm();
    expect(statesOf(detector, steady(10, 20, 20))).toContain("abnormal");
    expect(statesOf(detector, steady(15, 1, 1)).at(-1)).toBe("normal");
  });

  it("goes on while it is in doubt, though it would not begin there", () => {
    const doubtful = steady(10, 20, 10);
    expect(statesOf(new RetryStorm(), doubtful)).not.toContain("abnormal");
    const detector = new RetryStorm();
    expect(statesOf(detector, steady(10, 20, 20))).toContain("abnormal");
    expect(new Set(statesOf(detector, doubtful))).toEqual(new Set(["abnormal"]));
    expect(statesOf(detector, steady(10, 20, 1)).at(-1)).toBe("normal");
  });
});
