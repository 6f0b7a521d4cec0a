import { describe, expect, it } from "vitest";
import { readScenario } from "./read-scenario.ts";
import type { Scenario, StepSpec, WorkloadSpec } from "./scenario.ts";
import { scenarioPath, shippedScenarios } from "./shipped-scenarios.ts";

const MISSION = [
  "kyc-degraded-provider",
  "voice-traffic-spike",
  "multi-model-wobble",
  "rag-slow-vector-search",
  "swarm-failing-tool",
];

const shipped = (name: string): Scenario => readScenario(scenarioPath(name));
const withFaults = shippedScenarios()
  .map(shipped)
  .filter(({ faults }) => faults.length > 0);

/** Calls a second that a workload makes of a dependency while nothing fails, those within other dependencies included. */
function demand(scenario: Scenario, workload: WorkloadSpec, id: string, factor = 1): number {
  const { arrivals } = workload;
  if (arrivals.kind === "closed") throw new Error("A closed workload has no rate of its own.");
  const calls = workload.steps.map((step) => callsIn(scenario, step, id));
  return arrivals.perSecond * factor * sum(calls);
}

function callsIn(scenario: Scenario, step: StepSpec, id: string): number {
  switch (step.kind) {
    case "call":
      return within(scenario, step.dependency, id);
    case "all":
    case "sequence":
      return sum(step.steps.map((inner) => callsIn(scenario, inner, id)));
    case "repeat":
      return callsIn(scenario, step.step, id) * (step.while === "always" ? step.times : 1);
    case "pause":
      return 0;
  }
}

function within(scenario: Scenario, from: string, id: string): number {
  const calls = scenario.dependencies.find((spec) => spec.id === from)?.calls ?? [];
  const below = calls.map(({ dependency, times }) => times * within(scenario, dependency, id));
  return sum(below) + (from === id ? 1 : 0);
}

/** Answers a second of a dependency when well, and at its worst in the fault. */
function capacity(scenario: Scenario, id: string): { well: number; ill: number } {
  const spec = scenario.dependencies.find((candidate) => candidate.id === id);
  if (spec?.service.kind !== "lognormal") throw new Error(`${id} has no mean.`);
  const well = (spec.servers * 1_000) / spec.service.meanMs;
  let ill = well;
  for (const fault of scenario.faults) {
    if (fault.kind === "spike" || fault.dependency !== id) continue;
    if (fault.kind === "slowdown" || fault.kind === "flapping") ill /= fault.factor;
    if (fault.kind === "capacity") ill *= fault.share;
    if (fault.kind === "errors") ill *= 1 - fault.share;
  }
  return { well, ill };
}

function spikeOf(scenario: Scenario, { name }: WorkloadSpec): number {
  const spikes = scenario.faults.filter((fault) => fault.kind === "spike");
  return spikes.find(({ workload }) => workload === name)?.factor ?? 1;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe("the shipped scenarios", () => {
  it("are the five of the mission, A to D, the kinds of faults, and healthy ones", () => {
    const names = shippedScenarios();
    expect(names).toEqual(expect.arrayContaining(MISSION));
    for (const letter of ["a", "b", "c", "d"])
      for (const queue of [256, 32, 0]) expect(names).toContain(`${letter}-queue-${queue}`);
    for (const letter of ["a", "b", "c"]) expect(names).toContain(`${letter}-agents-400`);
    const kinds = new Set(withFaults.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
    expect([...kinds].toSorted()).toEqual(
      "capacity cold errors flapping hang partial quota ramp slowdown spike".split(" "),
    );
  });

  it.each(withFaults)(
    "$name runs on for the minute after the measured span and a deadline",
    (scenario) => {
      const deadlineS = Math.min(...scenario.workloads.map((workload) => workload.deadlineS));
      expect(scenario.durationS - scenario.measure.toS).toBeGreaterThanOrEqual(60 + deadlineS);
      // Half a minute at least to learn what is usual.
      expect(scenario.measure.fromS).toBeGreaterThanOrEqual(30);
    },
  );

  it.each(shippedScenarios().map(shipped))(
    "$name fits into its capacity when nothing is wrong",
    (scenario) => {
      for (const { id } of scenario.dependencies) {
        const wanted = sum(scenario.workloads.map((workload) => demand(scenario, workload, id)));
        expect(wanted).toBeLessThan(0.91 * capacity(scenario, id).well);
      }
    },
  );

  it.each(MISSION.map(shipped))(
    "$name asks for more than the fault leaves, and its critical work fits",
    (scenario) => {
      const critical = scenario.workloads.filter(({ priorities }) => priorities[0]?.priority === 1);
      expect(critical).toHaveLength(1);
      const short = scenario.dependencies.filter(({ id }) => {
        const ill = capacity(scenario, id).ill;
        const wanted = (workloads: readonly WorkloadSpec[]): number =>
          sum(
            workloads.map((workload) =>
              demand(scenario, workload, id, spikeOf(scenario, workload)),
            ),
          );
        expect(wanted(critical)).toBeLessThan(0.92 * ill);
        return wanted(scenario.workloads) > ill;
      });
      expect(short).toHaveLength(1);
    },
  );

  it("are found by name, other files by path, and a wrong name is told with the nearest", () => {
    expect(scenarioPath("a-queue-256")).toMatch(/scenarios\/a-queue-256\.yaml$/);
    expect(scenarioPath(import.meta.filename)).toBe(import.meta.filename);
    expect(() => scenarioPath("a-que-256")).toThrow(/"a-que-256"; did you mean "a-queue-256"\?/);
  });
});
