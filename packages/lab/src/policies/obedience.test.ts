import { describe, expect, it } from "vitest";
import type { DependencySpec } from "../scenario/scenario.ts";
import { cell } from "../run/cells.ts";
import { POLICY_NAMES, policyNamed } from "../run/policy-named.ts";
import { runScenario } from "../run/run-scenario.ts";
import { countOf, Desk } from "./fixtures/desk.ts";
import { leasePrototype } from "./lease-prototype.ts";
import { obeys } from "./obedience.ts";

const SHORT = cell("a-queue-256", [
  "durationS=60",
  "measure.fromS=20",
  "measure.toS=40",
  "faults=[]",
]);
const FAULT = { kind: "slowdown", dependency: "model:llm", fromS: 20, toS: 40, factor: 4 } as const;
const coordination = { ...SHORT.coordination, disobeying: 1 };

function run(policy: string, disobeying: number, change: Partial<DependencySpec> = {}) {
  const scenario = {
    ...SHORT,
    dependencies: [{ ...SHORT.dependencies[0]!, ...change }],
    faults: [FAULT],
    coordination: { ...SHORT.coordination, disobeying },
  };
  return runScenario(scenario, policyNamed(policy, scenario), 1);
}

describe("the processes that do not obey", () => {
  it.each([
    [0, 0],
    [0.3, 12],
    [0.33, 13],
    [1, 40],
  ])("are the share exactly: of %f of 40, %i", (disobeying, count) => {
    const deaf = Array.from({ length: 40 }, (_, at) => at).filter((at) => !obeys(at, disobeying));
    expect(deaf).toHaveLength(count);
  });

  it.each(POLICY_NAMES.filter((name) => name !== "dagor" && name !== "headway"))(
    "repeat as they are configured under %s, and nothing else, where nobody obeys",
    (policy) => {
      const { series, measures, conservation } = run(policy, 1);
      const alone = run("full-jitter", 0);
      expect({ series, measures: { ...measures, falseHolds: 0 }, conservation }).toEqual({
        series: alone.series,
        measures: alone.measures,
        conservation: alone.conservation,
      });
    },
  );

  it("meet what stands inside a dependency all the same", () => {
    expect(run("dagor", 1)).toEqual(run("dagor", 0));
  });

  it("are a part where a part does not obey", () => {
    const held = (disobeying: number): number => {
      const { refused, withdrawn, waiting } = run("oracle", disobeying).conservation.attempts;
      return refused + withdrawn + waiting;
    };
    expect(held(0.3)).toBeGreaterThan(0);
    expect(run("oracle", 0.3).measures.goodput).toBeLessThan(run("oracle", 0).measures.goodput);
  });

  it("are counted by the lease prototype, which leaves the others what they do not use", () => {
    const half = new Desk(leasePrototype, {
      processes: 2,
      coordination: { ...coordination, disobeying: 0.5 },
    });
    half.askMany(20, { process: 0 });
    half.askMany(20, { process: 1 });
    half.at(450);
    // Twelve slots for forty: six each, and both are over that; only the one that obeys heeds it.
    expect(countOf(half.askMany(5, { process: 0 }), "go")).toBe(0);
    expect(countOf(half.askMany(5, { process: 1 }), "go")).toBe(5);
  });
});
