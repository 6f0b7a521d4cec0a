import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DependencySpec, FaultSpec } from "../scenario/scenario.ts";
import { EventQueue } from "../simulation/event-queue.ts";
import { exponential, randomStream } from "../simulation/random.ts";
import { createPlant } from "./create-plant.ts";
import type { Dependency } from "./plant.ts";

const BUSY_MS = 20_000;

const share = fc.constantFrom(0, 0.1, 0.5, 1);
const factor = fc.constantFrom(0.5, 2, 8);
const span = fc.record({
  dependency: fc.constantFrom("front", "back"),
  fromS: fc.nat(10),
  toS: fc.integer({ min: 10, max: 20 }),
});
const what = fc.oneof(
  fc.record({ kind: fc.constant("slowdown" as const), factor }),
  fc.record({ kind: fc.constantFrom("capacity" as const, "quota" as const), share }),
  fc.record({ kind: fc.constantFrom("errors" as const, "hang" as const), share }),
  fc.record({ kind: fc.constant("partial" as const), share }),
  fc.record({ kind: fc.constant("ramp" as const), perMinute: factor }),
  fc.record({ kind: fc.constant("flapping" as const), periodS: factor, factor }),
  fc.record({ kind: fc.constant("cold" as const), factor, answers: fc.constantFrom(1, 100) }),
);
const fault: fc.Arbitrary<FaultSpec> = fc
  .tuple(span, what)
  .map(([where, which]) => ({ ...where, ...which }));

const spec = fc.record(
  {
    servers: fc.integer({ min: 1, max: 8 }),
    service: fc.constant({ kind: "lognormal" as const, meanMs: 200, sigma: 1 }),
    queue: fc.constantFrom(0, 1, 32),
    timeoutMs: fc.constantFrom(100, 1_000),
    cancels: fc.boolean(),
    rejectMs: fc.constantFrom(0, 20),
    rateLimit: fc.record({
      perSecond: fc.constantFrom(1, 30),
      burst: fc.constantFrom(1, 10),
      retryAfter: fc.boolean(),
    }),
    lockout: fc.record({ failuresPerMinute: fc.nat(20), forS: fc.constant(2) }),
  },
  { requiredKeys: ["servers", "service", "queue", "timeoutMs", "cancels", "rejectMs"] },
);

interface Told {
  answers: number;
  isGivenUp: boolean;
}

/** Clients ask at random and give up at random, some more than once. */
function ask(front: Dependency, events: EventQueue, seed: number): readonly Told[] {
  const random = randomStream(seed, "clients");
  const asked: Told[] = [];
  const next = (): void => {
    if (events.nowMs > BUSY_MS) return;
    const told: Told = { answers: 0, isGivenUp: false };
    asked.push(told);
    const request = { client: asked.length % 7, priority: 3, deadlineMs: Infinity } as const;
    const sent = front.request(request, () => (told.answers += 1));
    const giveUp = (): void => {
      if (told.answers === 0) told.isGivenUp = true;
      sent.giveUp();
    };
    for (let times = Math.floor(random() * 3); times > 0; times -= 1)
      events.after(exponential(random, 500), giveUp);
    events.after(exponential(random, 40), next);
  };
  next();
  return asked;
}

describe("conservation", () => {
  it("answers each request once, or it hung, or was cancelled, whatever goes wrong", () => {
    fc.assert(
      fc.property(
        fc.tuple(spec, spec, fc.boolean(), fc.nat(1_000)),
        fc.array(fault, { maxLength: 4 }),
        ([outer, inner, hasInner, seed], faults) => {
          const calls = hasInner ? [{ dependency: "back", times: 2, attempts: 2 }] : [];
          const dependencies: DependencySpec[] = [
            { ...outer, id: "front", calls },
            { ...inner, id: "back", calls: [] },
          ];
          const events = new EventQueue();
          const random = (purpose: string) => randomStream(seed, purpose);
          const plant = createPlant({ dependencies, faults }, events, random);
          const front = plant.dependencies.get("front")!;
          const asked = ask(front, events, seed);
          events.runUntil(BUSY_MS / 2);
          for (const dependency of plant.dependencies.values())
            expectBounds(dependency, dependencies);
          events.runUntil(1_000_000);
          for (const dependency of plant.dependencies.values()) {
            const { requests, answered, hung, cancelled } = dependency.counts;
            expect(requests).toBe(answered + hung + cancelled);
            expect([dependency.inService, dependency.queued]).toEqual([0, 0]);
          }
          const { requests, answered } = front.counts;
          expect(requests).toBe(asked.length);
          expect(asked.filter(({ answers }) => answers === 1)).toHaveLength(answered);
          expect(asked.every(({ answers }) => answers <= 1)).toBe(true);
          if (outer.cancels)
            expect(asked.filter(({ answers, isGivenUp }) => isGivenUp && answers > 0)).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });
});

function expectBounds(dependency: Dependency, specs: readonly DependencySpec[]): void {
  const { servers, queue } = specs.find(({ id }) => id === dependency.id)!;
  expect(dependency.inService).toBeLessThanOrEqual(servers);
  expect(dependency.queued).toBeLessThanOrEqual(queue);
  expect(dependency.capacityPerSecond).toBeGreaterThanOrEqual(0);
}
