import { describe, expect, it } from "vitest";
import type { DependencySpec, FaultSpec } from "../scenario/scenario.ts";
import { EventQueue } from "../simulation/event-queue.ts";
import { randomStream } from "../simulation/random.ts";
import { createPlant } from "./create-plant.ts";
import { dependencySpec } from "./fixtures/dependency-spec.ts";
import { loneDependency } from "./fixtures/lone-dependency.ts";
import { OpenClients } from "./fixtures/open-clients.ts";
import type { Dependency } from "./plant.ts";

const END_MS = 20_000;
const span = { dependency: "model:provider", fromS: 1, toS: 20 };
const quick: Partial<DependencySpec> = {
  servers: 10,
  queue: 64,
  rejectMs: 1,
  service: { kind: "lognormal", meanMs: 10, sigma: 0.5 },
};
const limited = { ...quick, rateLimit: { perSecond: 500, burst: 10, retryAfter: true } };

/** Good answers while far more is asked for than can be given, against those that it said it could give. */
function given(change: Partial<DependencySpec>, faults: readonly FaultSpec[]) {
  const { events, random, dependency } = loneDependency(change, faults);
  const options = { perSecond: 2_500, timeoutMs: 4_000, resends: 0, endMs: END_MS };
  const clients = new OpenClients(options, events, dependency, random("arrivals"));
  events.runUntil(2_000);
  let told = 0;
  for (let ms = 2_005; ms < END_MS; ms += 10) {
    events.runUntil(ms);
    told += dependency.capacityPerSecond * 0.01;
  }
  events.runUntil(END_MS);
  return { told, done: clients.doneAtMs.filter((ms) => ms > 2_000).length };
}

describe("what a dependency says that it can do", () => {
  const cases: readonly (readonly [string, Partial<DependencySpec>, readonly FaultSpec[]])[] = [
    ["in health", quick, []],
    ["slower", quick, [{ kind: "slowdown", factor: 4, ...span }]],
    ["with fewer servers", quick, [{ kind: "capacity", share: 0.2, ...span }]],
    ["within a rate limit", limited, []],
    ["with its quota cut", limited, [{ kind: "quota", share: 0.2, ...span }]],
    ["with errors at its door", quick, [{ kind: "errors", share: 0.3, ...span }]],
    ["with errors that cost quota", limited, [{ kind: "errors", share: 0.3, ...span }]],
    ["on a ramp", quick, [{ kind: "ramp", perMinute: 3, ...span }]],
    ["flapping", quick, [{ kind: "flapping", periodS: 4, factor: 4, ...span }]],
    ["cold", quick, [{ kind: "cold", factor: 8, answers: 10_000, ...span }]],
    ["with a region out", quick, [{ kind: "partial", share: 0.5, ...span }]],
    ["with all regions out", quick, [{ kind: "partial", share: 1, ...span }]],
    ["silent to many", quick, [{ kind: "hang", share: 0.4, ...span }]],
    ["silent to all", quick, [{ kind: "hang", share: 1, ...span }]],
    ["answering errors only", quick, [{ kind: "errors", share: 1, ...span }]],
  ];
  it.each(cases)("is what it gives when asked for more: %s", (_name, change, faults) => {
    const { told, done } = given(change, faults);
    // Services vary by half their mean, so four standard errors of the count are 2 sqrt(count); edges of flapping cost as much again.
    expect(Math.abs(done - told)).toBeLessThanOrEqual(4 * Math.sqrt(told));
  });

  const kinds: readonly DependencySpec["service"][] = [
    { kind: "lognormal", meanMs: 100, sigma: 1 },
    { kind: "lognormal", meanMs: 100, sigma: 0 },
    { kind: "exponential", meanMs: 100 },
    { kind: "empirical", samplesMs: [300, 10, 20, 20, 150] },
  ];
  it.each(kinds.map((service) => [service.kind, service] as const))(
    "holds for one service too: %s",
    (_kind, service) => {
      const slow: FaultSpec = { kind: "slowdown", factor: 3, ...span, fromS: 0, toS: 1e9 };
      const { events, dependency } = loneDependency({ service }, [slow]);
      events.runUntil(1);
      const tookMs = alone(dependency, events, 4_000).map(({ ms }) => ms);
      expectAgreement(dependency, tookMs, 4);
    },
  );
});

interface Served {
  readonly ms: number;
  readonly isOk: boolean;
}

/** One request after the other: none waits. */
function alone(dependency: Dependency, events: EventQueue, count: number): Served[] {
  const served: Served[] = [];
  const next = (): void => {
    const startMs = events.nowMs;
    dependency.request({ client: 1, priority: 3, deadlineMs: Infinity }, ({ outcome }) => {
      served.push({ ms: events.nowMs - startMs, isOk: outcome === "ok" });
      if (served.length < count) next();
    });
  };
  next();
  while (served.length < count) events.runUntil(events.nowMs + 1_000);
  return served;
}

function expectAgreement(dependency: Dependency, tookMs: readonly number[], errors: number): void {
  const count = tookMs.length;
  const mean = tookMs.reduce((sum, ms) => sum + ms, 0) / count;
  const deviation = Math.sqrt(tookMs.reduce((sum, ms) => sum + (ms - mean) ** 2, 0) / count);
  const { serviceMsMean } = dependency;
  const slack = 1e-9 * serviceMsMean;
  expect(Math.abs(mean - serviceMsMean)).toBeLessThan(
    (errors * deviation) / Math.sqrt(count) + slack,
  );
  for (const times of [0.1, 0.5, 0.99, 1.01, 2, 4]) {
    const share = dependency.shareWithin(times * serviceMsMean);
    const seen = tookMs.filter((ms) => ms <= times * serviceMsMean).length / count;
    const error = Math.sqrt((share * (1 - share)) / count);
    expect(Math.abs(seen - share)).toBeLessThan(errors * error + 1 / count);
  }
}

describe("what a dependency says that calls others", () => {
  function chain(faults: readonly FaultSpec[], change: Partial<DependencySpec> = {}) {
    const events = new EventQueue();
    const service = { kind: "lognormal", meanMs: 60, sigma: 0.5 } as const;
    const back = dependencySpec({ id: "db:back", timeoutMs: 150, service, ...change });
    const middle = dependencySpec({
      id: "tool:middle",
      timeoutMs: 400,
      service,
      calls: [{ dependency: "db:back", times: 2, attempts: 2 }],
    });
    const front = dependencySpec({
      id: "tool:front",
      service,
      calls: [{ dependency: "tool:middle", times: 1, attempts: 1 }],
    });
    const random = (purpose: string) => randomStream(5, purpose);
    const plant = createPlant({ dependencies: [front, middle, back], faults }, events, random);
    events.runUntil(1);
    return { events, front: plant.dependencies.get("tool:front")! };
  }
  const always = { dependency: "db:back", fromS: 0, toS: 1e9 };
  // How far shareWithin may be off: a log-normal cannot have the two humps that hangs make.
  const cases: readonly (readonly [string, number, readonly FaultSpec[]])[] = [
    ["in health", 0.04, []],
    ["itself slow", 0.04, [{ kind: "slowdown", factor: 4, ...always, dependency: "tool:front" }]],
    ["of a slow one", 0.04, [{ kind: "slowdown", factor: 1.5, ...always }]],
    ["of one that errs", 0.04, [{ kind: "errors", share: 0.3, ...always }]],
    ["of one that hangs", 0.09, [{ kind: "hang", share: 0.2, ...always }]],
  ];
  it.each(cases)(
    "accounts for their time and failures up to a few per cent: %s",
    (_name, off, faults) => {
      const { events, front } = chain(faults);
      const served = alone(front, events, 4_000);
      const mean = served.reduce((sum, { ms }) => sum + ms, 0) / served.length;
      const ok = served.filter(({ isOk }) => isOk).length / served.length;
      const { serviceMsMean } = front;
      expect(Math.abs(mean / serviceMsMean - 1)).toBeLessThan(0.05);
      const capacity = (front.servers * 1_000 * ok) / mean;
      expect(Math.abs(capacity / front.capacityPerSecond - 1)).toBeLessThan(0.05);
      for (const times of [0.5, 0.75, 1, 1.25, 1.5, 2]) {
        const seen = served.filter(({ ms }) => ms <= times * serviceMsMean).length;
        const share = front.shareWithin(times * serviceMsMean);
        expect(Math.abs(seen / served.length - share)).toBeLessThan(off);
      }
    },
  );

  it("is bounded by the one that it calls, as often as it calls it", () => {
    const service = { kind: "lognormal", meanMs: 10, sigma: 0 } as const;
    const { front } = chain([], { servers: 1, service });
    expect(front.capacityPerSecond).toBeCloseTo(100 / 2, 9);
  });

  it("follows a fault of theirs as it comes and goes", () => {
    const { events, front } = chain([
      { kind: "slowdown", factor: 2, ...span, dependency: "db:back" },
    ]);
    const before = front.serviceMsMean;
    events.runUntil(1_500);
    expect(front.serviceMsMean).toBeGreaterThan(before + 50);
    events.runUntil(20_000);
    expect(front.serviceMsMean).toBe(before);
  });
});
