import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Attempt } from "../policies/policy.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { SILENT } from "../agents/fixtures/silent-observer.ts";
import { cell } from "./cells.ts";
import { randomScenario } from "./fixtures/random-scenario.ts";
import type { Conservation } from "./outcome.ts";
import { POLICY_NAMES, policyNamed } from "./policy-named.ts";
import { runScenario } from "./run-scenario.ts";

function run(scenario: Scenario, policy: string, seed = 1) {
  return runScenario(scenario, policyNamed(policy, scenario), seed);
}

/** A short cell: the fault from 20 to 30 s of 60. */
const SHORT = cell("c-queue-256", [
  "durationS=60",
  "measure.fromS=20",
  "measure.toS=30",
  'faults=[{ kind: slowdown, dependency: "model:llm", fromS: 20, toS: 30, factor: 4 }]',
]);

function expectConserved({ workflows, attempts }: Conservation): void {
  const { started, ok, late, failed, open } = workflows;
  expect(ok + late + failed + open).toBe(started);
  const { asked, went, refused, withdrawn, waiting, ended, inFlight } = attempts;
  expect(went + refused + withdrawn + waiting).toBe(asked);
  expect(ended + inFlight).toBe(went);
  for (const count of [...Object.values(workflows), ...Object.values(attempts)])
    expect(count).toBeGreaterThanOrEqual(0);
}

describe("a run", () => {
  it.each(["full-jitter", "oracle", "headway"])(
    "of %s gives the same bytes under the same seed, others under another",
    (policy) => {
      const bytes = (seed: number) => JSON.stringify(run(SHORT, policy, seed));
      expect(bytes(1)).toBe(bytes(1));
      expect(bytes(1)).not.toBe(bytes(2));
    },
  );

  it("brings the same arrivals to every policy", () => {
    const offered = POLICY_NAMES.map((policy) => run(SHORT, policy).series.offered.join());
    expect(new Set(offered).size).toBe(1);
  });

  it.each(POLICY_NAMES)("loses no workflow and no attempt under %s", (policy) => {
    expectConserved(run(SHORT, policy).conservation);
  });

  it("loses none in any scenario, under any policy", () => {
    const policies = fc.constantFrom(...POLICY_NAMES);
    fc.assert(
      fc.property(
        randomScenario,
        policies,
        fc.integer({ min: 1, max: 99 }),
        (scenario, policy, seed) => {
          const { conservation, series, measures } = run(scenario, policy, seed);
          expectConserved(conservation);
          const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
          expect(sum(series.offered)).toBe(conservation.workflows.started);
          expect(sum(series.good)).toBe(conservation.workflows.ok);
          expect(sum(series.attempts)).toBe(conservation.attempts.went);
          expect(sum(Object.values(measures.failed))).toBe(
            conservation.workflows.started - conservation.workflows.ok,
          );
          expect(measures.wasted).toBeGreaterThanOrEqual(0);
          expect(measures.wasted).toBeLessThanOrEqual(measures.attempts);
        },
      ),
      { numRuns: 100, seed: 7 },
    );
  });

  it("shows an onlooker every attempt, each of a call within its server's under that one", () => {
    const nested: Scenario = {
      ...SHORT,
      dependencies: [
        { ...SHORT.dependencies[0]!, calls: [{ dependency: "db:x", times: 1, attempts: 2 }] },
        { ...SHORT.dependencies[0]!, id: "db:x", servers: 64, calls: [] },
      ],
    };
    const seen: Attempt[] = [];
    const outcome = runScenario(nested, policyNamed("none", nested), 1, {
      observe: () => ({ ...SILENT, attemptWent: (attempt) => seen.push(attempt) }),
    });
    expect(seen).toHaveLength(outcome.conservation.attempts.went);
    const inner = seen.filter(({ dependency }) => dependency === "db:x");
    expect(inner.length).toBeGreaterThan(100);
    for (const { parent, workflow, priority, agent, process, deadlineMs } of inner) {
      expect(parent).toMatchObject({ dependency: "model:llm", workflow, priority, deadlineMs });
      expect(agent).toBe("server:model:llm");
      expect(process).toBe(40);
    }
  });
});

describe("the calibration cells", () => {
  const of = (name: "a-queue-256" | "a-queue-0", policy: string) =>
    run(cell(name), policy, 2).measures;

  it("stay collapsed after the fault under retries, and recover without", () => {
    const jitter = of("a-queue-256", "full-jitter");
    expect(jitter.goodput).toBeLessThan(4);
    expect(jitter.goodputAfter).toBeLessThan(2);
    expect(jitter.wastedShareRun).toBeGreaterThan(0.9);
    expect(jitter.recoveryS).toBe(Infinity);
    const noRetry = of("a-queue-256", "no-retry");
    expect(noRetry.goodput).toBeCloseTo(jitter.goodput, 0);
    expect(noRetry.goodputAfter).toBeGreaterThan(42);
    expect(noRetry.recoveryS).toBeLessThan(8);
  });

  it("leave hardly anything to win where the provider rejects at once", () => {
    const jitter = of("a-queue-0", "full-jitter");
    expect(jitter.goodput).toBeGreaterThan(14.5);
    expect(jitter.recoveryS).toBeLessThan(3);
  });

  it("leave four fifths to win where it queues: the oracle has them", () => {
    const oracle = of("a-queue-256", "oracle");
    expect(oracle.goodput).toBeGreaterThan(14.5);
    expect(oracle.goodput).toBeLessThan(17);
    expect(oracle.criticalOk).toBeGreaterThan(0.99);
    expect(oracle.wastedShare).toBeLessThan(0.01);
  });
});

describe("a policy's name", () => {
  it("is one of the lab's, or the nearest is named", () => {
    expect(() => policyNamed("orakle", SHORT)).toThrow('did you mean "oracle"?');
    expect(POLICY_NAMES).toContain("headway");
    expect(POLICY_NAMES.map((name) => policyNamed(name, SHORT).name)).toEqual(POLICY_NAMES);
  });
});
