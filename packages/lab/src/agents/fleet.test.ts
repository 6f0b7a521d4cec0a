import { describe, expect, it } from "vitest";
import type { Attempt } from "../policies/policy.ts";
import type { ArrivalSpec, WorkloadSpec } from "../scenario/scenario.ts";
import { EventQueue } from "../simulation/event-queue.ts";
import { randomStream } from "../simulation/random.ts";
import { Caller } from "./caller.ts";
import { FakeDependency, fakePlant, type Script } from "./fixtures/fake-plant.ts";
import { FakeGuard } from "./fixtures/fake-guard.ts";
import { SILENT } from "./fixtures/silent-observer.ts";
import { startFleet } from "./fleet.ts";
import type { WorkflowFacts } from "./observer.ts";
import { processesOf } from "./processes.ts";

const ok: Script = () => ({ outcome: "ok", afterMs: 100 });
const ONCE = { attempts: 1, backoff: { kind: "none" } } as const;

function workload(
  name: string,
  arrivals: ArrivalSpec,
  more: Partial<WorkloadSpec> = {},
): WorkloadSpec {
  return {
    name,
    processes: 3,
    arrivals,
    deadlineS: 5,
    priorities: [
      { priority: 1, share: 0.25 },
      { priority: 4, share: 0.5 },
      { priority: 5, share: 0.25 },
    ],
    steps: [{ kind: "call", dependency: "tool:a", operation: "do", fallback: [], optional: false }],
    retries: { sdk: ONCE, agent: ONCE },
    ...more,
  };
}

function run(workloads: readonly WorkloadSpec[], script = ok) {
  const events = new EventQueue();
  const dependency = new FakeDependency("tool:a", events, script);
  const scenario = {
    name: "s",
    summary: "",
    durationS: 400,
    measure: { fromS: 0, toS: 1 },
    dependencies: [],
    workloads,
    faults: [],
    coordination: {
      stalenessMs: 0,
      reportIntervalMs: 1_000,
      tickMs: 1_000,
      lostReports: 0,
      disobeying: 0,
      clockSkewMs: 0,
      spanBatchMs: 0,
    },
  };
  const processes = processesOf(scenario);
  const attempts: Attempt[] = [];
  const started: WorkflowFacts[] = [];
  const ended: string[] = [];
  const caller = new Caller({
    events,
    plant: fakePlant(dependency),
    dependencies: [{ id: "tool:a", timeoutMs: 60_000 }],
    guards: processes.ids.map(() => new FakeGuard()),
    observer: {
      ...SILENT,
      attemptAsked: (attempt) => attempts.push(attempt),
      workflowStarted: (workflow) => started.push(workflow),
      workflowEnded: ({ startedMs }, isOk) =>
        ended.push(`${isOk ? "ok" : "failed"} after ${Math.round(events.nowMs - startedMs)}`),
    },
  });
  const random = (purpose: string) => randomStream(5, purpose);
  const counts = startFleet({ scenario, processes, caller, random, dataFolder: "" });
  events.runUntil(400_000);
  return { attempts, started, ended: new Set(ended), counts, ids: processes.ids };
}

function share<T>(items: readonly T[], is: (item: T) => boolean): number {
  return items.filter(is).length / items.length;
}

describe("a fleet", () => {
  const two = [
    workload("kyc", { kind: "poisson", perSecond: 10 }),
    workload("bulk", { kind: "poisson", perSecond: 5 }),
  ];

  it("places each workload's workflows evenly on its own processes", () => {
    const { attempts, ids } = run(two);
    expect(ids).toEqual(["kyc-000", "kyc-001", "kyc-002", "bulk-000", "bulk-001", "bulk-002"]);
    for (const process of [0, 1, 2])
      expect(share(attempts, (attempt) => attempt.process === process)).toBeCloseTo(2 / 9, 1);
    for (const process of [3, 4, 5])
      expect(share(attempts, (attempt) => attempt.process === process)).toBeCloseTo(1 / 9, 1);
    expect(attempts.every(({ agent, process }) => agent === ids[process])).toBe(true);
  });

  it("gives priorities by their shares, and ids that name a workflow in the whole run", () => {
    const { started, counts } = run(two);
    expect(share(started, ({ priority }) => priority === 1)).toBeCloseTo(0.25, 1);
    expect(share(started, ({ priority }) => priority === 4)).toBeCloseTo(0.5, 1);
    expect(new Set(started.map(({ id }) => id)).size).toBe(started.length);
    expect(counts.workflows).toBe(started.length);
    expect(started.every(({ startedMs, deadlineMs }) => deadlineMs === startedMs + 5_000)).toBe(
      true,
    );
  });

  it("ends every workflow at its deadline at the latest", () => {
    expect(run(two).ended).toEqual(new Set(["ok after 100"]));
    expect(run(two, () => undefined).ended).toEqual(new Set(["failed after 5000"]));
  });

  it("has agents that live on processes in turn in a closed loop, each with one workflow at a time", () => {
    const { attempts } = run([workload("swarm", { kind: "closed", agents: 4, pauseMs: 1_000 })]);
    expect(new Set(attempts.map(({ agent }) => agent))).toEqual(
      new Set(["swarm-000/0", "swarm-001/1", "swarm-002/2", "swarm-000/3"]),
    );
    // One workflow takes 100 ms and a pause 1 s: 4 x 400 / 1.1 = 1,455.
    expect(attempts.length).toBeGreaterThan(1_300);
    expect(attempts.length).toBeLessThan(1_600);
  });

  it("pauses a workflow as long whatever happens to others", () => {
    const pausing = workload(
      "kyc",
      { kind: "poisson", perSecond: 10 },
      {
        steps: [
          ...workload("", { kind: "poisson", perSecond: 1 }).steps,
          { kind: "pause", meanMs: 500 },
          ...workload("", { kind: "poisson", perSecond: 1 }).steps,
        ],
      },
    );
    const pauses = (script: Script) => {
      const asked = new Map<number, number[]>();
      for (const { workflow, askedMs } of run([pausing], script).attempts)
        asked.set(workflow, [...(asked.get(workflow) ?? []), askedMs]);
      return [...asked].flatMap(([workflow, [first, second]]) =>
        second === undefined ? [] : [`${workflow}: ${Math.round(second - first!)}`],
      );
    };
    const some = new Set(pauses(ok));
    const others = pauses((request) =>
      request % 3 === 0 ? undefined : { outcome: "ok", afterMs: 100 },
    );
    expect(others.length).toBeGreaterThan(1_000);
    expect(others.filter((pause) => some.has(pause))).toEqual(others);
  });

  it("has a process of its own for each dependency that calls others", () => {
    const spec = {
      servers: 1,
      service: { kind: "lognormal", meanMs: 1, sigma: 0 },
      queue: 1,
      timeoutMs: 1,
      cancels: false,
      rejectMs: 1,
    } as const;
    const { ids, serverOf, firstOf } = processesOf({
      workloads: two,
      dependencies: [
        { ...spec, id: "db:leaf", calls: [] },
        { ...spec, id: "tool:top", calls: [{ dependency: "db:leaf", times: 1, attempts: 1 }] },
      ],
    });
    expect(ids.at(-1)).toBe("server:tool:top");
    expect([...serverOf]).toEqual([["tool:top", 6]]);
    expect([...firstOf]).toEqual([
      ["kyc", 0],
      ["bulk", 3],
    ]);
  });
});
