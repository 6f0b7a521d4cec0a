import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { decision, lease, shape } from "../fixtures/decisions.ts";
import { settle } from "../fixtures/manual-clock.ts";
import { Scene } from "../fixtures/waiting-scene.ts";

const NEVER = Number.POSITIVE_INFINITY;

describe("a place whose attempt was rejected", () => {
  it("rests for half a second while a lease limits the places", async () => {
    const scene = new Scene().told([], lease({ amount: 1 }));
    await scene.admit();
    void scene.enqueue("next");
    scene.gate.rest(scene.clock.nowMs);
    scene.end();
    await scene.clock.advance(499);
    expect(scene.left).toEqual([]);
    await scene.clock.advance(2);
    expect(scene.left).toEqual(["next"]);
  });

  it("is free at once where nothing limits them", async () => {
    const scene = new Scene();
    await scene.admit();
    scene.gate.rest(scene.clock.nowMs);
    scene.end();
    scene.told([], lease({ amount: 1 }));
    expect(await scene.admit({ waitMs: 0 })).toMatchObject({ admitted: true });
  });
});

describe("a hold", () => {
  it("keeps everybody until it is ended", async () => {
    const scene = new Scene().told([decision()]);
    void scene.enqueue("a");
    await scene.clock.advance(20_000);
    expect(scene.left).toEqual([]);
    scene.told([]);
    await settle();
    expect(scene.left).toEqual(["a"]);
  });

  it("expires by itself", async () => {
    const scene = new Scene().told([decision({ expiresAtMs: 1_005_000 })]);
    void scene.enqueue("a");
    await scene.clock.advance(4_999);
    expect(scene.left).toEqual([]);
    await scene.clock.advance(2);
    expect(scene.left).toEqual(["a"]);
  });

  it("still holds after its notBefore, which only says when to come back", async () => {
    const scene = new Scene().told([decision({ notBeforeMs: 1_001_000 })]);
    void scene.enqueue("a");
    void scene.enqueue("b", { waitMs: 400 });
    await scene.clock.advance(400);
    expect(scene.left).toEqual(["b: wait"]);
    await scene.clock.advance(10_000);
    expect(scene.left).toEqual(["b: wait"]);
  });

  it("lets those that it kept go one after the other over its spread", async () => {
    const scene = new Scene().told([decision({ spreadMs: 1_000 })]);
    for (const [name, draw] of [
      ["a", 0.9],
      ["b", 0.1],
    ] as const) {
      scene.draw = draw;
      void scene.enqueue(name);
    }
    await settle();
    scene.told([]);
    await scene.clock.advance(99);
    expect(scene.left).toEqual([]);
    await scene.clock.advance(2);
    expect(scene.left).toEqual(["b"]);
    await scene.clock.advance(800);
    expect(scene.left).toEqual(["b", "a"]);
  });

  it("does not spread them where a lease spaces them already", async () => {
    const scene = new Scene().told([decision({ spreadMs: 1_000 })]);
    scene.draw = 0.9;
    void scene.enqueue("a");
    void scene.enqueue("b");
    await settle();
    scene.told([shape()], lease({ amount: 1 }));
    await settle();
    expect(scene.left).toEqual(["a"]);
  });

  it("lets exactly one attempt of the elected prober through, and one more by the next grant", async () => {
    const probe = lease({ amount: 1, safe: 0, probe: true });
    const scene = new Scene().told([decision()], probe);
    const first = await scene.admit();
    expect(first).toMatchObject({ admitted: true, isProbe: true });
    void scene.enqueue("second");
    await scene.clock.advance(1_000);
    scene.gate.leave(true);
    scene.room.drain(scene.clock.nowMs);
    // The same grant told again, its times converted anew, is no new grant.
    scene.told([decision()], { ...probe, expiresAtMs: probe.expiresAtMs + 50 });
    await settle();
    expect(scene.left).toEqual([]);
    scene.told([decision()], { ...probe, expiresAtMs: probe.expiresAtMs + 5_000 });
    await settle();
    expect(scene.left).toEqual(["second"]);
  });

  it("sends no probe through a hold of the operator's, although an engine's hold beside it has one", async () => {
    const byHand = { code: "override", summary: "by hand", detections: [] };
    const holds = [decision(), decision({ id: "override", reason: byHand })];
    const scene = new Scene().told(holds, lease({ amount: 1, safe: 0, probe: true }));
    expect(await scene.admit({ waitMs: 0 })).toMatchObject({ admitted: false });
  });

  it("sends no second probe while the first is out, however often the grant is renewed", async () => {
    const probe = lease({ amount: 1, safe: 0, probe: true });
    const scene = new Scene().told([decision()], probe);
    expect(await scene.admit()).toMatchObject({ isProbe: true });
    scene.told([decision()], { ...probe, expiresAtMs: probe.expiresAtMs + 5_000 });
    expect(await scene.admit({ waitMs: 0 })).toMatchObject({ admitted: false });
  });

  it("lets no probe through while an attempt from before the hold is still out", async () => {
    const scene = new Scene();
    expect(await scene.admit()).toMatchObject({ isProbe: false });
    scene.told([decision()], lease({ amount: 1, safe: 0, probe: true }));
    void scene.enqueue("probe");
    await settle();
    expect(scene.left).toEqual([]);
    scene.end();
    await settle();
    expect(scene.left).toEqual(["probe"]);
    expect(scene.gate.inFlight).toBe(1);
  });

  it("stops to count when the service is silent", async () => {
    const scene = new Scene().told([decision()]);
    void scene.enqueue("a");
    await settle();
    scene.state.isStale = true;
    scene.gate.refresh();
    scene.room.drain(scene.clock.nowMs);
    await settle();
    expect(scene.left).toEqual(["a"]);
  });
});

describe("a deferral", () => {
  const deferral = decision({ action: "defer", notBeforeMs: 1_002_000, spreadMs: 1_000 });

  it("is over at its notBefore and the caller's own part of the spread", async () => {
    const scene = new Scene().told([deferral]);
    scene.draw = 0.5;
    void scene.enqueue("a");
    await scene.clock.advance(2_499);
    expect(scene.left).toEqual([]);
    await scene.clock.advance(1);
    expect(scene.left).toEqual(["a"]);
  });

  it("refuses at once whom it would keep longer than it may wait", async () => {
    const scene = new Scene().told([deferral]);
    expect(await scene.admit({ waitMs: 1_999 })).toMatchObject({
      admitted: false,
      because: "wait",
      retryAfterMs: 2_000,
    });
    expect(await scene.admit({ deadlineAtMs: 1_002_009 })).toMatchObject({ because: "deadline" });
    expect(scene.waiting).toEqual([]);
  });
});

it("shedding refuses at once", async () => {
  const scene = new Scene().told([decision({ action: "shed" })]);
  expect(await scene.admit()).toMatchObject({ admitted: false, because: "decision" });
});

describe("a lease", () => {
  it("bounds what is in flight, and hands a freed place to the next in order", async () => {
    const scene = new Scene().told([shape()], lease({ amount: 2 }));
    void scene.enqueue("a");
    void scene.enqueue("b");
    void scene.enqueue("background", { priority: 5 });
    void scene.enqueue("critical", { priority: 1 });
    await settle();
    expect(scene.left).toEqual(["a", "b"]);
    scene.end();
    await settle();
    expect(scene.left).toEqual(["a", "b", "critical"]);
    expect(scene.gate.inFlight).toBe(2);
    scene.end();
    await settle();
    expect(scene.left).toEqual(["a", "b", "critical", "background"]);
  });

  it("falls to its safe amount when it expires, and to no limit a term later", async () => {
    const scene = new Scene().told([shape()], lease({ amount: 3, safe: 1 }));
    expect(scene.gate.limitAt(1_009_999)).toBe(3);
    expect(scene.gate.limitAt(1_010_000)).toBe(1);
    expect(scene.gate.limitAt(1_019_999)).toBe(1);
    expect(scene.gate.limitAt(1_020_000)).toBe(NEVER);
  });

  it("lets the waiting go by itself once it limits no more", async () => {
    const scene = new Scene().told([shape()], lease({ amount: 0, safe: 0 }));
    void scene.enqueue("a");
    await scene.clock.advance(19_999);
    expect(scene.left).toEqual([]);
    await scene.clock.advance(2);
    expect(scene.left).toEqual(["a"]);
  });

  it("spaces starts at the leased rate", async () => {
    const scene = new Scene().told([shape()], lease({ amount: 100, ratePerSecond: 2 }));
    for (const name of ["a", "b", "c"]) void scene.enqueue(name);
    await settle();
    expect(scene.left).toEqual(["a"]);
    await scene.clock.advance(499);
    expect(scene.left).toEqual(["a"]);
    await scene.clock.advance(2);
    expect(scene.left).toEqual(["a", "b"]);
    await scene.clock.advance(500);
    expect(scene.left).toEqual(["a", "b", "c"]);
  });

  it("is a standing bound where there is no decision", async () => {
    const scene = new Scene().told([], lease({ amount: 1 }));
    expect(await scene.admit()).toMatchObject({ admitted: true, decision: null });
    expect(await scene.admit({ waitMs: 0 })).toMatchObject({ admitted: false });
    scene.gate.serviceTime.record(400);
    scene.gate.leave();
    expect(await scene.admit({ deadlineAtMs: 1_000_100 })).toMatchObject({ admitted: true });
  });

  it("is advice beside a decision that only advises, and in a process that enforces nothing", async () => {
    const advised = new Scene().told([shape({ mode: "advise" })], lease({ amount: 0 }));
    expect(await advised.admit()).toMatchObject({
      admitted: true,
      decision: null,
      advised: { id: "dec_shape" },
    });
    const scene = new Scene();
    Object.assign(scene.state, { enforces: false });
    scene.told([shape()], lease({ amount: 0 }));
    expect(await scene.admit()).toMatchObject({ admitted: true, decision: null });
  });
});

describe("waiting", () => {
  const full = () =>
    new Scene().told([shape()], lease({ amount: 0, safe: 0, expiresAtMs: 2_000_000 }));

  it("ends after waitMs", async () => {
    const scene = full();
    void scene.enqueue("a", { waitMs: 1_000 });
    await scene.clock.advance(999);
    expect(scene.left).toEqual([]);
    await scene.clock.advance(1);
    expect(scene.left).toEqual(["a: wait"]);
    expect(scene.room.length).toBe(0);
  });

  it("ends while the answer can still reach the caller, and the call could still be done", async () => {
    const scene = full();
    scene.gate.serviceTime.record(400);
    void scene.enqueue("a", { deadlineAtMs: 1_001_000 });
    await scene.clock.advance(589);
    expect(scene.left).toEqual([]);
    await scene.clock.advance(1);
    expect(scene.left).toEqual(["a: deadline"]);
  });

  it("is refused to a call that cannot finish in time, while the dependency is limited", async () => {
    const scene = new Scene().told([shape()], lease({ amount: 5 }));
    scene.gate.serviceTime.record(400);
    expect(await scene.admit({ deadlineAtMs: 1_000_409 })).toMatchObject({ because: "deadline" });
    expect(await scene.admit({ deadlineAtMs: 1_000_410 })).toMatchObject({ admitted: true });
    expect(await new Scene().admit({ deadlineAtMs: 1_000_001 })).toMatchObject({ admitted: true });
  });

  it("leaves no trace when it is aborted", async () => {
    const scene = full();
    const abort = new AbortController();
    const call = scene.admit({ signal: abort.signal });
    await settle();
    abort.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    expect(scene.room.length).toBe(0);
    expect(scene.waiting).toEqual([1, 0]);
    expect(scene.clock.timerCount).toBe(0);
    await expect(scene.admit({ signal: abort.signal })).rejects.toThrow("enough");
  });

  it("leaves no listener on a signal that outlives it", async () => {
    const scene = full();
    const { signal } = new AbortController();
    void scene.enqueue("a", { signal, waitMs: 1_000 });
    await settle();
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await scene.clock.advance(1_000);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("is bounded; a more urgent call takes the place of the last", async () => {
    const scene = full();
    for (const name of ["a", "b", "c", "d"]) void scene.enqueue(name);
    await settle();
    expect(await scene.admit()).toMatchObject({ because: "queue_full" });
    void scene.enqueue("critical", { priority: 1 });
    await settle();
    expect(scene.left).toEqual(["d: queue_full"]);
    expect(scene.room.length).toBe(4);
  });

  it("ends with one place, even where telling that it ended lets others go", async () => {
    const scene = full();
    const abort = new AbortController();
    for (const name of ["a", "b", "c"]) void scene.enqueue(name);
    const aborted = scene.admit({ signal: abort.signal }).catch(() => undefined);
    await settle();
    // As the engine in this process does: news of the waiting can tick it, and a tick drains; a listener may do anything.
    scene.onWaiting = () => {
      abort.abort();
      scene.room.drain(scene.clock.nowMs);
    };
    scene.told([shape()], lease({ amount: 4, safe: 0 }));
    await settle();
    expect(scene.left).toEqual(["a", "b", "c"]);
    expect(scene.gate.inFlight).toBe((await aborted) === undefined ? 3 : 4);
    expect(scene.waiting.at(-1)).toBe(0);
    expect(scene.clock.timerCount).toBe(0);
  });

  it("can't be jumped by a newcomer", async () => {
    const scene = new Scene().told([shape()], lease({ amount: 1 }));
    void scene.enqueue("a");
    void scene.enqueue("b");
    await settle();
    scene.gate.leave();
    void scene.enqueue("newcomer");
    await settle();
    expect(scene.left).toEqual(["a", "b"]);
  });

  it("does not stop a caller whom the decision leaves alone", async () => {
    const low = { tenant: "default", dependency: "tool:x", priority: { from: 3, to: 5 } } as const;
    const scene = new Scene().told([decision({ scope: low })]);
    void scene.enqueue("normal");
    void scene.enqueue("critical", { priority: 1 });
    await settle();
    expect(scene.left).toEqual(["critical"]);
  });
});

describe("where decisions disagree", () => {
  const scope = { tenant: "default", dependency: "tool:x", priority: { from: 1, to: 5 } } as const;
  const milder = shape({ id: "agent", scope: { ...scope, agent: "a" } });
  const override = decision({
    id: "override",
    action: "proceed",
    reason: { code: "override", summary: "by hand", detections: [] },
  });

  it("the stricter one is obeyed", async () => {
    const scene = new Scene().told([milder, decision()]);
    expect(await scene.admit({ agent: "a", waitMs: 0 })).toMatchObject({ admitted: false });
  });

  it("of equally strict ones the narrower is named", () => {
    const scene = new Scene().told([
      decision(),
      decision({ id: "n", scope: { ...scope, agent: "a" } }),
    ]);
    expect(scene.gate.decisionFor({ priority: 3, agent: "a" }, 1_000_000)?.id).toBe("n");
    expect(scene.gate.decisionFor({ priority: 3, agent: "b" }, 1_000_000)?.id).toBe("dec_1");
  });

  it("an override is obeyed before all, and needs no lease", async () => {
    const scene = new Scene().told([decision({ action: "shed" }), override], lease({ amount: 0 }));
    expect(await scene.admit()).toMatchObject({ admitted: true, decision: { id: "override" } });
  });
});
