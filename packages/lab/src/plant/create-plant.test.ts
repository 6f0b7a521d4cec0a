import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { DependencySpec, FaultSpec } from "../scenario/scenario.ts";
import { EventQueue } from "../simulation/event-queue.ts";
import { randomStream } from "../simulation/random.ts";
import { createPlant } from "./create-plant.ts";
import { dependencySpec } from "./fixtures/dependency-spec.ts";
import { loneDependency } from "./fixtures/lone-dependency.ts";
import { OpenClients } from "./fixtures/open-clients.ts";

const slow = {
  kind: "slowdown",
  dependency: "model:provider",
  factor: 4,
  fromS: 60,
  toS: 90,
} as const satisfies FaultSpec;

function traceHash(seed: number): string {
  const faults: FaultSpec[] = [slow, { ...slow, kind: "errors", share: 0.1 }];
  const { events, random, dependency } = loneDependency({}, faults, seed);
  const load = { perSecond: 48, timeoutMs: 4_000, resends: 5, endMs: 150_000 };
  const clients = new OpenClients(load, events, dependency, random("arrivals"));
  events.runUntil(150_000);
  const { doneAtMs, tookMs, attempts } = clients;
  const trace = JSON.stringify({ doneAtMs, tookMs, attempts, counts: dependency.counts });
  return createHash("sha256").update(trace).digest("hex");
}

describe("a plant", () => {
  it("does the same again under the same seed, to the last bit, and something else under another", () => {
    expect(traceHash(1)).toBe(traceHash(1));
    expect(traceHash(1)).not.toBe(traceHash(2));
  });

  it("gives the n-th service to start the same time, whoever asks and however often (common random numbers)", () => {
    const servicesOf = (perSecond: number, change: Partial<DependencySpec>): number[] => {
      const { events, random, dependency } = loneDependency({ servers: 1, ...change });
      const load = { perSecond, timeoutMs: 20_000, resends: 3, endMs: 60_000 };
      void new OpenClients(load, events, dependency, random("arrivals"));
      const endedMs: number[] = [];
      const startedMs: number[] = [];
      // One server, so that the times between a start and an end can be seen from outside.
      let answeredLast = 0;
      const look = (): void => {
        const busy = dependency.inService;
        const { answered } = dependency.counts;
        if (answered > endedMs.length) endedMs.push(events.nowMs);
        if (startedMs.length < endedMs.length + busy) startedMs.push(events.nowMs);
        answeredLast = answered;
        events.after(0.5, look);
      };
      look();
      events.runUntil(60_000);
      expect(answeredLast).toBeGreaterThan(50);
      return endedMs.slice(0, 50).map((ms, at) => ms - startedMs[at]!);
    };
    const few = servicesOf(1, {});
    const many = servicesOf(5, { queue: 1e6 });
    for (const [at, ms] of few.entries()) expect(Math.abs(ms - many[at]!)).toBeLessThanOrEqual(1);
  });

  it("reproduces the published collapse: 3 good answers a second where 16 are possible, if nobody bounds the queue", () => {
    const { events, random, dependency } = loneDependency({}, [slow]);
    const load = { perSecond: 48, timeoutMs: 4_000, resends: 0, endMs: 150_000 };
    const clients = new OpenClients(load, events, dependency, random("arrivals"));
    events.runUntil(75_000);
    expect(dependency.capacityPerSecond).toBeCloseTo(16, 9);
    expect(dependency.queued).toBeGreaterThan(200);
    events.runUntil(150_000);
    const rate = (fromS: number, toS: number): number =>
      clients.doneAtMs.filter((ms) => ms >= fromS * 1_000 && ms < toS * 1_000).length /
      (toS - fromS);
    expect(rate(30, 60)).toBeGreaterThan(44);
    expect(rate(60, 90)).toBeGreaterThan(2);
    expect(rate(60, 90)).toBeLessThan(4);
    expect(rate(100, 150)).toBeGreaterThan(44);
  });

  it("keeps the scenario's order of dependencies", () => {
    const a = dependencySpec({ id: "a", calls: [{ dependency: "b", times: 1, attempts: 1 }] });
    const b = dependencySpec({ id: "b" });
    const random = (purpose: string) => randomStream(1, purpose);
    const plant = createPlant({ dependencies: [a, b], faults: [] }, new EventQueue(), random);
    expect([...plant.dependencies.keys()]).toEqual(["a", "b"]);
  });

  it.each([
    ["a ring", ["b", "a"], "dependencies must call in one direction, got a -> b -> a"],
    [
      "somebody unknown",
      ["c", "a"],
      "dependencies must call dependencies of the scenario, got a -> c",
    ],
  ])("refuses dependencies that call in %s", (_name, [ofA, ofB], message) => {
    const calls = (dependency: string) => [{ dependency, times: 1, attempts: 1 }];
    const dependencies = [
      dependencySpec({ id: "a", calls: calls(ofA!) }),
      dependencySpec({ id: "b", calls: calls(ofB!) }),
    ];
    const random = (purpose: string) => randomStream(1, purpose);
    expect(() => createPlant({ dependencies, faults: [] }, new EventQueue(), random)).toThrow(
      expect.objectContaining({ code: "ERR_CONFIG_RANGE", message }),
    );
  });
});
