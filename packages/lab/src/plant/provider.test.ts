import { describe, expect, it } from "vitest";
import type { DependencySpec, FaultSpec } from "../scenario/scenario.ts";
import { EventQueue } from "../simulation/event-queue.ts";
import { randomStream } from "../simulation/random.ts";
import { createPlant } from "./create-plant.ts";
import { dependencySpec } from "./fixtures/dependency-spec.ts";
import { loneDependency } from "./fixtures/lone-dependency.ts";
import type { Answer, CallDependency, Dependency, Sent } from "./plant.ts";

/** Every service takes exactly 100 ms. */
const exact: Partial<DependencySpec> = {
  servers: 1,
  queue: 2,
  rejectMs: 5,
  service: { kind: "lognormal", meanMs: 100, sigma: 0 },
};
const span = { dependency: "model:provider", fromS: 1, toS: 2 };

interface Asked extends Sent {
  readonly seen: { atMs: number; answer: Answer }[];
}

function ask(dependency: Dependency, events: EventQueue, client = 0): Asked {
  const seen: Asked["seen"] = [];
  const sent = dependency.request({ client, priority: 3, deadlineMs: Infinity }, (answer) =>
    seen.push({ atMs: events.nowMs, answer }),
  );
  return { seen, giveUp: () => sent.giveUp() };
}

function setUp(change: Partial<DependencySpec> = {}, faults: readonly FaultSpec[] = []) {
  const { events, dependency } = loneDependency({ ...exact, ...change }, faults);
  const asks = (count: number, client?: number): Asked[] =>
    Array.from({ length: count }, () => ask(dependency, events, client));
  const answers = (asked: readonly Asked[]): string[] =>
    asked.map(({ seen: [first] }) => (first ? `${first.answer.outcome} ${first.atMs}` : "none"));
  return { events, dependency, asks, answers };
}

describe("a provider", () => {
  it("serves first come, first served, and throttles what has no room", () => {
    const { events, dependency, asks, answers } = setUp();
    const asked = asks(4);
    expect([dependency.inService, dependency.queued]).toEqual([1, 2]);
    events.runUntil(1_000);
    expect(answers(asked)).toEqual(["ok 100", "ok 200", "ok 300", "throttled 5"]);
  });

  it("throttles at once, without a queue, whoever finds no server free", () => {
    const { events, asks, answers } = setUp({ queue: 0 });
    const asked = asks(2);
    events.runUntil(1_000);
    expect(answers(asked)).toEqual(["ok 100", "throttled 5"]);
  });

  it("goes on with work that nobody wants any more: the next one waits for it", () => {
    const { events, dependency, asks, answers } = setUp();
    const [first, second, third] = asks(3);
    first!.giveUp();
    second!.giveUp();
    expect([dependency.inService, dependency.queued]).toEqual([1, 2]);
    events.runUntil(1_000);
    expect(answers([third!])).toEqual(["ok 300"]);
    expect(dependency.counts).toMatchObject({ requests: 3, answered: 3, cancelled: 0 });
  });

  it("stops such work where its nature is to cancel, on the server and in the queue", () => {
    const { events, dependency, asks, answers } = setUp({ cancels: true });
    const asked = asks(4);
    const [first, second, , refused] = asked;
    events.runUntil(3);
    for (const given of [first!, second!, refused!]) {
      given.giveUp();
      given.giveUp();
    }
    expect([dependency.inService, dependency.queued]).toEqual([1, 0]);
    events.runUntil(1_000);
    expect(answers(asked)).toEqual(["none", "none", "ok 103", "none"]);
    expect(dependency.counts).toMatchObject({ requests: 4, answered: 1, cancelled: 3 });
  });

  it("ignores that an answered request is given up", () => {
    const { events, dependency, asks } = setUp({ cancels: true });
    const [first] = asks(1);
    events.runUntil(100);
    first!.giveUp();
    expect(dependency.inService).toBe(0);
    expect(dependency.counts.cancelled).toBe(0);
  });

  it("changes the pace of services that start in a fault, and of no other", () => {
    const { events, asks, answers } = setUp({}, [{ kind: "slowdown", factor: 4, ...span }]);
    events.runUntil(950);
    const asked = asks(3);
    events.runUntil(3_000);
    const late = asks(1);
    events.runUntil(4_000);
    expect(answers([...asked, ...late])).toEqual(["ok 1050", "ok 1450", "ok 1850", "ok 3100"]);
  });

  it("lets servers that go finish what they began, and starts what waits when they are back", () => {
    const { events, dependency, asks, answers } = setUp({ servers: 4, queue: 8 }, [
      { kind: "capacity", share: 0.25, ...span },
    ]);
    events.runUntil(950);
    const asked = asks(4);
    events.runUntil(1_010);
    expect([dependency.servers, dependency.inService]).toEqual([1, 4]);
    const late = asks(1);
    events.runUntil(1_950);
    expect(answers([...asked, ...late])).toEqual([...Array(4).fill("ok 1050"), "ok 1150"]);
    const waiting = asks(4);
    events.runUntil(3_000);
    expect(answers(waiting)).toEqual(["ok 2050", "ok 2100", "ok 2100", "ok 2100"]);
  });

  it("has the nearest whole number of servers, one at least while any share is left", () => {
    const left = (share: number): number => {
      const { events, dependency } = setUp({ servers: 32 }, [{ kind: "capacity", share, ...span }]);
      events.runUntil(1_500);
      return dependency.servers;
    };
    expect([0.2, 0.3, 0.01, 0].map(left)).toEqual([6, 10, 1, 0]);
  });

  it("throttles beyond its rate and tells when to come back, if it tells at all", () => {
    const told = (retryAfter: boolean): (Answer | undefined)[] => {
      const { events, asks } = setUp({ rateLimit: { perSecond: 2, burst: 1, retryAfter } });
      const asked = asks(2);
      events.runUntil(500);
      const later = asks(1);
      events.runUntil(1_000);
      return [...asked, ...later].map(({ seen }) => seen[0]?.answer);
    };
    const ok = { outcome: "ok" };
    expect(told(true)).toEqual([ok, { outcome: "throttled", retryAfterMs: 500 }, ok]);
    expect(told(false)).toEqual([ok, { outcome: "throttled" }, ok]);
  });

  it("has a smaller quota exactly while it is cut", () => {
    const { events, asks, answers } = setUp(
      { servers: 99, rateLimit: { perSecond: 10, burst: 10, retryAfter: false } },
      [{ kind: "quota", share: 0.1, ...span }],
    );
    const served = (atMs: number): number => {
      events.runUntil(atMs);
      const asked = asks(20);
      events.runUntil(atMs + 100);
      return answers(asked).filter((answer) => answer.startsWith("ok")).length;
    };
    expect([0, 950, 1_100, 1_950, 2_900].map(served)).toEqual([10, 9, 1, 0, 9]);
  });

  it("locks a client out that fails too often, its own give-ups included, and nobody else", () => {
    const { events, dependency, asks, answers } = setUp({
      servers: 1,
      queue: 0,
      lockout: { failuresPerMinute: 2, forS: 1 },
    });
    const mine = asks(3, 7);
    mine[0]!.giveUp();
    events.runUntil(150);
    const [locked] = asks(1, 7);
    events.runUntil(160);
    const [other] = asks(1, 8);
    events.runUntil(1_005);
    const [again] = asks(1, 7);
    events.runUntil(2_000);
    // Given up, throttled, throttled: the third failure is at 5 ms.
    expect(answers(mine)).toEqual(["ok 100", "throttled 5", "throttled 5"]);
    expect(answers([locked!, other!, again!])).toEqual(["error 155", "ok 260", "ok 1105"]);
    expect(dependency.counts.lockouts).toBe(1);
  });

  it("counts a request that was given up as one failure, though its work fails too later", () => {
    const { events, dependency, asks } = setUp(
      { lockout: { failuresPerMinute: 1, forS: 60 }, rejectMs: 50 },
      [{ kind: "errors", share: 1, ...span }],
    );
    events.runUntil(1_000);
    const [first] = asks(1, 7);
    first!.giveUp();
    events.runUntil(1_100);
    expect(first!.seen).toHaveLength(1);
    expect(dependency.counts.lockouts).toBe(0);
  });

  it("warms its cold caches with each good answer", () => {
    const { events, asks, answers } = setUp({}, [{ kind: "cold", factor: 3, answers: 2, ...span }]);
    events.runUntil(1_000);
    const asked = asks(3);
    events.runUntil(3_000);
    // The next one starts as the last has ended, after it was counted: 300 ms, 200 ms, 100 ms.
    expect(answers(asked)).toEqual(["ok 1300", "ok 1500", "ok 1600"]);
  });

  it("meets half of the clients with a region that is out, always the same", () => {
    const { events, asks, answers } = setUp({ servers: 99 }, [
      { kind: "partial", share: 0.5, ...span },
    ]);
    events.runUntil(1_000);
    const outcomes = (): string[] => {
      const asked = Array.from({ length: 40 }, (_, client) => asks(1, client)[0]!);
      events.runUntil(events.nowMs + 200);
      return answers(asked).map((answer) => answer.split(" ")[0]!);
    };
    const first = outcomes();
    expect(first.filter((outcome) => outcome === "error")).toHaveLength(20);
    expect(outcomes()).toEqual(first);
  });

  it("never answers its share of the requests, and holds no server for them", () => {
    const { events, dependency, asks } = setUp({}, [{ kind: "hang", share: 1, ...span }]);
    events.runUntil(1_000);
    const [hung] = asks(1);
    events.runUntil(1_500);
    hung!.giveUp();
    events.runUntil(9_000);
    expect(hung!.seen).toEqual([]);
    expect(dependency).toMatchObject({
      inService: 0,
      counts: { requests: 1, hung: 1, answered: 0 },
    });
  });
});

describe("chance at the door", () => {
  it("answers errors to its share, is silent to its share of the others", () => {
    const { events, asks } = setUp({ servers: 9_999 }, [
      { kind: "errors", share: 0.5, ...span },
      { kind: "hang", share: 0.5, ...span },
    ]);
    events.runUntil(1_500);
    const asked = asks(4_000);
    events.runUntil(3_000);
    const shareOf = (outcome: Answer["outcome"] | undefined): number =>
      asked.filter(({ seen: [first] }) => first?.answer.outcome === outcome).length / 4_000;
    // Four standard errors of a share of a quarter, or of a half, in 4,000.
    expect(Math.abs(shareOf("error") - 0.5)).toBeLessThan(0.032);
    expect(Math.abs(shareOf(undefined) - 0.25)).toBeLessThan(0.028);
    expect(Math.abs(shareOf("ok") - 0.25)).toBeLessThan(0.028);
  });
});

describe("a provider that calls another", () => {
  type Call = { atMs: number; isGivenUp: boolean; done: (isOk: boolean) => void };
  function withCalls(change: Partial<DependencySpec>, atOnce: readonly boolean[] = []) {
    const events = new EventQueue();
    const calls: Call[] = [];
    const callDependency: CallDependency = (from, { dependency, attempts }, request, done) => {
      expect([from, dependency, attempts, request.client]).toEqual(["model:provider", "b", 2, 7]);
      const call: Call = { atMs: events.nowMs, isGivenUp: false, done };
      calls.push(call);
      const answer = atOnce[calls.length - 1];
      if (answer !== undefined) done(answer);
      return { giveUp: () => void (call.isGivenUp = true) };
    };
    const inner = [{ dependency: "b", times: 2, attempts: 2 }];
    const dependencies = [
      dependencySpec({ ...exact, calls: inner, ...change }),
      dependencySpec({ id: "b" }),
    ];
    const random = (purpose: string) => randomStream(1, purpose);
    const plant = createPlant({ dependencies, faults: [] }, events, random, callDependency);
    const dependency = plant.dependencies.get("model:provider")!;
    return { events, calls, dependency };
  }

  it("holds its server while it calls, one call after the other, and answers when all are answered", () => {
    const { events, calls, dependency } = withCalls({});
    const asked = ask(dependency, events, 7);
    events.runUntil(500);
    expect(calls.map(({ atMs }) => atMs)).toEqual([100]);
    expect(dependency.inService).toBe(1);
    calls[0]!.done(true);
    events.runUntil(600);
    calls[1]!.done(true);
    expect(asked.seen).toEqual([{ atMs: 600, answer: { outcome: "ok" } }]);
    expect([calls.length, dependency.inService]).toEqual([2, 0]);
  });

  it("fails with the first call that fails, and makes no other", () => {
    const { events, calls, dependency } = withCalls({});
    const asked = ask(dependency, events, 7);
    events.runUntil(200);
    calls[0]!.done(false);
    expect(asked.seen).toEqual([{ atMs: 200, answer: { outcome: "error" } }]);
    expect([calls.length, dependency.inService]).toEqual([1, 0]);
  });

  it.each([
    [true, "ok", 2],
    [false, "error", 1],
  ])("takes an answer that comes at once (%s)", (isOk, outcome, count) => {
    const { events, calls, dependency } = withCalls({ cancels: true }, [isOk, isOk]);
    const asked = ask(dependency, events, 7);
    events.runUntil(1_000);
    expect(asked.seen).toEqual([{ atMs: 100, answer: { outcome } }]);
    expect(calls).toHaveLength(count);
  });

  it("gives up the call under way, not one that was answered at once before it", () => {
    const { events, calls, dependency } = withCalls({ cancels: true }, [true]);
    const asked = ask(dependency, events, 7);
    events.runUntil(200);
    asked.giveUp();
    expect(calls.map(({ isGivenUp }) => isGivenUp)).toEqual([false, true]);
  });

  it("gives its call up when it is given up itself, if it cancels", () => {
    for (const cancels of [true, false]) {
      const { events, calls, dependency } = withCalls({ cancels });
      const asked = ask(dependency, events, 7);
      events.runUntil(200);
      asked.giveUp();
      expect(calls[0]!.isGivenUp).toBe(cancels);
      expect(dependency.inService).toBe(cancels ? 0 : 1);
    }
  });
});
