import { describe, expect, it } from "vitest";
import type { AttemptEnd } from "../policies/policy.ts";
import type { RetrySpec } from "../scenario/scenario.ts";
import { EventQueue } from "../simulation/event-queue.ts";
import { randomStream } from "../simulation/random.ts";
import { Caller, type OpenCall } from "./caller.ts";
import { FakeDependency, fakePlant, type Script } from "./fixtures/fake-plant.ts";
import { FakeGuard } from "./fixtures/fake-guard.ts";
import { SILENT } from "./fixtures/silent-observer.ts";
import { RetryLayers } from "./retry-layers.ts";

const TWICE: RetrySpec = {
  sdk: { attempts: 2, backoff: { kind: "fixed", ms: 100 } },
  agent: { attempts: 2, backoff: { kind: "fixed", ms: 1_000 } },
};

const ok: Script = () => ({ outcome: "ok", afterMs: 50 });
const error: Script = () => ({ outcome: "error", afterMs: 50 });
const hung: Script = () => undefined;

interface Rig {
  readonly events: EventQueue;
  readonly dependency: FakeDependency;
  readonly guard: FakeGuard;
  readonly call: OpenCall;
  readonly results: { readonly ok: boolean; readonly atMs: number }[];
}

function rig(
  script: Script,
  { retries = TWICE, deadlineMs = 60_000, guard = new FakeGuard() } = {},
): Rig {
  const events = new EventQueue();
  const dependency = new FakeDependency("tool:a", events, script);
  const caller = new Caller({
    events,
    plant: fakePlant(dependency),
    dependencies: [{ id: "tool:a", timeoutMs: 4_000 }],
    guards: [guard],
    observer: SILENT,
  });
  const results: Rig["results"] = [];
  const call = caller.call(
    caller.targetOf("tool:a"),
    {
      process: 0,
      agent: "a",
      workflow: 7,
      operation: "look",
      priority: 2,
      deadlineMs,
      parent: undefined,
    },
    new RetryLayers(retries, randomStream(1, "backoff")),
    (ok) => results.push({ ok, atMs: events.nowMs }),
  );
  return { events, dependency, guard, call, results };
}

describe("a call", () => {
  it("asks its guard, goes, and is done with the first good answer", () => {
    const { events, dependency, guard, results } = rig(ok);
    events.runUntil(60_000);
    expect(results).toEqual([{ ok: true, atMs: 50 }]);
    expect(dependency.cameMs).toEqual([0]);
    expect(guard.diary).toEqual(["request 1", "ended 1 ok 50"]);
    expect(guard.attempts[0]).toMatchObject({
      dependency: "tool:a",
      workflow: 7,
      priority: 2,
      number: 1,
      askedMs: 0,
      deadlineMs: 60_000,
    });
  });

  it("makes attempts times attempts, the SDK's back-off within and the agent's between", () => {
    const { events, dependency, guard, results } = rig(error);
    events.runUntil(60_000);
    expect(dependency.cameMs).toEqual([0, 150, 1_200, 1_350]);
    expect(results).toEqual([{ ok: false, atMs: 1_400 }]);
    expect(guard.diary.filter((line) => line.startsWith("retryAfter"))).toEqual([
      "retryAfter 1 error 100",
      "retryAfter 2 error 1000",
      "retryAfter 3 error 100",
    ]);
    const ids = guard.attempts.map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    expect(new Set(guard.attempts.map(({ call }) => call)).size).toBe(1);
    expect(guard.attempts.map(({ callStartedMs }) => callStartedMs)).toEqual([0, 0, 0, 0]);
    expect(guard.attempts.map(({ askedMs }) => askedMs)).toEqual([0, 150, 1_200, 1_350]);
  });

  it("tells the end before it asks for the wait", () => {
    const { events, guard } = rig(error);
    events.runUntil(100);
    expect(guard.diary).toEqual(["request 1", "ended 1 error 50", "retryAfter 1 error 100"]);
  });

  it("gives up at its time-out, and takes no answer that comes later", () => {
    const { events, dependency, guard, results } = rig(() => ({ outcome: "ok", afterMs: 4_001 }), {
      retries: { ...TWICE, agent: { attempts: 1, backoff: { kind: "none" } } },
    });
    events.runUntil(60_000);
    expect(dependency.givenUpMs).toEqual([4_000, 8_100]);
    expect(results).toEqual([{ ok: false, atMs: 8_100 }]);
    expect(guard.diary).toContain("ended 1 timeout 4000");
  });

  it("cuts the time-out at its deadline and tries no more then", () => {
    const { events, dependency, guard, results } = rig(hung, { deadlineMs: 5_000 });
    events.runUntil(60_000);
    expect(dependency.givenUpMs).toEqual([4_000, 5_000]);
    expect(results).toEqual([{ ok: false, atMs: 5_000 }]);
    expect(guard.diary.at(-1)).toBe("ended 2 timeout 900");
  });

  it("fails at once where the next try could begin only at the deadline", () => {
    const { events, results } = rig(error, { deadlineMs: 150 });
    events.runUntil(60_000);
    expect(results).toEqual([{ ok: false, atMs: 50 }]);
  });

  it("begins nothing at all at its deadline", () => {
    const { dependency, results } = rig(ok, { deadlineMs: 0 });
    expect(dependency.cameMs).toEqual([]);
    expect(results).toEqual([{ ok: false, atMs: 0 }]);
  });

  it("waits until its guard says go", () => {
    const guard = new FakeGuard();
    guard.answer = () => {};
    const { events, dependency, results } = rig(ok, { guard });
    events.at(700, () => guard.asked[0]!.passage.go());
    events.runUntil(60_000);
    expect(dependency.cameMs).toEqual([700]);
    expect(results).toEqual([{ ok: true, atMs: 750 }]);
  });

  it("withdraws at its deadline, and what the guard says after that counts for nothing", () => {
    const guard = new FakeGuard();
    guard.answer = () => {};
    const { events, dependency, results } = rig(ok, { guard, deadlineMs: 500 });
    events.runUntil(500);
    guard.asked[0]!.passage.go();
    guard.asked[0]!.passage.refuse();
    events.runUntil(60_000);
    expect(guard.diary).toEqual(["request 1", "withdraw 1"]);
    expect(dependency.cameMs).toEqual([]);
    expect(results).toEqual([{ ok: false, atMs: 500 }]);
  });

  it("counts a refused try as a failed one, and its guard may put the next off", () => {
    const guard = new FakeGuard();
    const ends: AttemptEnd[] = [];
    guard.answer = ({ go, refuse }, { number }) => (number === 1 ? refuse(300) : go());
    guard.postpone = (_, end) => {
      ends.push(end);
      return 2_000;
    };
    const { events, dependency } = rig(ok, { guard });
    events.runUntil(60_000);
    expect(ends).toEqual([{ outcome: "refused", latencyMs: 0, retryAfterMs: 300 }]);
    expect(dependency.cameMs).toEqual([2_000]);
    expect(guard.diary).not.toContain("ended 1 refused 0");
  });

  it("is given up where its guard says so", () => {
    const guard = new FakeGuard();
    guard.postpone = () => undefined;
    const { events, dependency, results } = rig(error, { guard });
    events.runUntil(60_000);
    expect(dependency.cameMs).toEqual([0]);
    expect(results).toEqual([{ ok: false, atMs: 50 }]);
  });

  it("obeys a throttle's Retry-After in the SDK's layer only", () => {
    const throttled: Script = () => ({ outcome: "throttled", afterMs: 0, retryAfterMs: 3_000 });
    const { events, dependency } = rig(throttled);
    events.runUntil(60_000);
    expect(dependency.cameMs).toEqual([0, 3_000, 4_000, 7_000]);
  });

  it("takes a Retry-After beyond a minute for none, as the SDKs do", () => {
    const throttled: Script = () => ({ outcome: "throttled", afterMs: 0, retryAfterMs: 60_001 });
    const { events, dependency } = rig(throttled);
    events.runUntil(10_000);
    expect(dependency.cameMs).toEqual([0, 100, 1_100, 1_200]);
  });

  it.each([
    ["in flight", (guard: FakeGuard) => guard, ["request 1", "ended 1 cancelled 20"], [20]],
    [
      "at the guard",
      (guard: FakeGuard) => Object.assign(guard, { answer: () => {} }),
      ["request 1", "withdraw 1"],
      [],
    ],
  ])("vanishes without a word when it is given up %s", (_, prepare, diary, givenUpMs) => {
    const guard = prepare(new FakeGuard());
    const { events, call, dependency, results } = rig(ok, { guard });
    events.at(20, () => call.giveUp());
    events.runUntil(60_000);
    expect(guard.diary).toEqual(diary);
    expect(dependency.givenUpMs).toEqual(givenUpMs);
    expect(results).toEqual([]);
  });

  it("makes no further try when it is given up in its back-off", () => {
    const { events, call, dependency, results } = rig(error);
    events.at(80, () => call.giveUp());
    events.runUntil(60_000);
    expect(dependency.cameMs).toEqual([0]);
    expect(results).toEqual([]);
  });
});
