import { describe, expect, it } from "vitest";
import { cell } from "../run/cells.ts";
import { runScenario } from "../run/run-scenario.ts";
import { POLICIES, policyByName } from "./all.ts";

const SHORT = cell("a-queue-256", ["durationS=160"]);

describe("the policies", () => {
  it("have names of their own, under which they are found", () => {
    expect(new Set(POLICIES.map(({ name }) => name)).size).toBe(POLICIES.length);
    for (const policy of POLICIES) expect(policyByName(policy.name)).toBe(policy);
    expect(policyByName("nobody")).toBeUndefined();
  });

  it.each(POLICIES)("$name loses no attempt, and runs the same twice", (policy) => {
    const { measures, conservation } = runScenario(SHORT, policy, 1);
    const { asked, went, refused, withdrawn, waiting, ended, inFlight } = conservation.attempts;
    expect(asked).toBe(went + refused + withdrawn + waiting);
    expect(went).toBe(ended + inFlight);
    expect(runScenario(SHORT, policy, 1).measures).toEqual(measures);
  });
});

/** Goodput in a fault that leaves 16 answers a second, and in the minute after it, as published for a prototype of the same plant. */
describe("the published comparison, a deep queue and four times slower for 30 s", () => {
  it.each([
    ["none", 3.0, 0.4],
    ["full-jitter", 3.0, 0.5],
    ["no-retry", 3.0, 45.4],
    ["breaker-fast", 3.0, 52.2],
    ["sre-throttle", 3.0, 6.6],
    ["aimd", 3.0, 47.6],
    ["vegas", 3.0, 48.4],
    ["gradient2", 3.0, 0.5],
    ["central-aimd", 11.7, 59.9],
    ["lease-prototype", 14.2, 63.2],
    ["oracle", 15.5, 62.8],
  ])("%s: about %f and %f", (name, inFault, after) => {
    const runs = [1, 2, 3].map((seed) => runScenario(SHORT, policyByName(name)!, seed).measures);
    const mean = (of: (measures: (typeof runs)[number]) => number): number =>
      runs.reduce((sum, one) => sum + of(one), 0) / runs.length;
    expect(Math.abs(mean(({ goodput }) => goodput) - inFault)).toBeLessThan(1.5);
    expect(Math.abs(mean(({ goodputAfter }) => goodputAfter) - after)).toBeLessThan(5);
  });
});
