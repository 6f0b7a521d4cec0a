import { describe, expect, it } from "vitest";
import {
  connected,
  down,
  engineOf,
  healthy,
  override,
  policyOf,
  seconds,
  START,
} from "./fixtures/engines.ts";
import { Engine } from "./engine.ts";

const amountOf = (engine: Engine, instance: string): number | undefined =>
  engine.leases(instance)[0]?.amount;

describe("when every process is gone", () => {
  const gone = (engine: Engine): void => {
    engine.instanceGone("a");
    engine.instanceGone("b");
  };

  it("a hold ends and detections close within a minute and a half, and then it costs nothing", () => {
    const engine = connected(engineOf());
    const nowMs = seconds(engine, 10, seconds(engine, 60, START, healthy), down);
    expect(engine.decisions()).not.toEqual([]);
    const isOpen = (): boolean => engine.detections().some(({ state }) => state !== "resolved");
    expect(isOpen()).toBe(true);
    gone(engine);
    seconds(engine, 50, nowMs, {}, []);
    expect(engine.decisions()).not.toEqual([]);
    seconds(engine, 40, nowMs + 50_000, {}, []);
    expect(engine.decisions()).toEqual([]);
    expect(isOpen()).toBe(false);
    engine.takeRecords({ all: true });
    engine.tick(nowMs + 91_000);
    expect(engine.takeRecords({ all: true })).toEqual([]);
  });

  it("an override stands on, alone", () => {
    const engine = connected(engineOf());
    let nowMs = seconds(engine, 10, seconds(engine, 60, START, healthy), down);
    const background = { from: 5, to: 5 } as const;
    engine.override({ ...override, priority: background }, nowMs);
    gone(engine);
    nowMs = seconds(engine, 200, nowMs, {}, []);
    expect(engine.decisions()).toMatchObject([{ scope: { priority: background } }]);
    expect(engine.decisions()[0]!.expiresAtMs).toBeGreaterThan(nowMs);
  });

  it("but somebody still asks, the hold stands and the asker may probe", () => {
    const engine = engineOf();
    let nowMs = seconds(engine, 3, seconds(engine, 20, START, healthy), down);
    for (let ask = 0; ask < 10; ask += 1) {
      engine.decide({ dependency: "tool:x", priority: 5 }, nowMs);
      nowMs = seconds(engine, 20, nowMs, {}, []);
    }
    expect(engine.dependency("tool:x")?.state).toBe("failing");
    expect(engine.decide({ dependency: "tool:x", priority: 3 }, nowMs).action).toBe("proceed");
  });
});

describe("a process that is gone in the middle of its lease", () => {
  it("leaves its share to the others when that has run out, and no sooner", () => {
    const engine = connected(engineOf({ concurrencyMax: 4 }));
    const busy = { ended: { ok: 5 }, inFlight: 2, waiting: 9 };
    let nowMs = seconds(engine, 3, START, busy);
    expect([amountOf(engine, "a"), amountOf(engine, "b")]).toEqual([2, 2]);
    const endMs = engine.leases("b")[0]!.expiresAtMs;
    engine.instanceGone("b");
    while (nowMs < endMs + 2_000) {
      nowMs = seconds(engine, 1, nowMs, busy, ["a"]);
      if (nowMs < endMs) expect(amountOf(engine, "a")).toBe(2);
    }
    expect(amountOf(engine, "a")).toBe(4);
    expect(engine.leases("b")).toEqual([]);
  });
});

describe("a caller without leases, of a dependency that is held", () => {
  const heldEngine = (): { engine: Engine; nowMs: number } => {
    const engine = engineOf();
    return { engine, nowMs: seconds(engine, 3, seconds(engine, 20, START, healthy), down) };
  };
  const ask = (engine: Engine, nowMs: number): { action: string; retryAfterMs: number } =>
    engine.decide({ dependency: "tool:x" }, nowMs);

  it("is told to wait whenever it may not go: one until the next probe, the others until the hold is looked at again", () => {
    const { engine, nowMs } = heldEngine();
    const waits = Array.from({ length: 20 }, () => ask(engine, nowMs).retryAfterMs);
    const [first = 0, ...others] = waits;
    expect(first).toBeGreaterThanOrEqual(1_000);
    expect(first).toBeLessThanOrEqual(3_000);
    expect(Math.min(...others)).toBeGreaterThanOrEqual(9_000);
    expect(Math.max(...others)).toBeLessThanOrEqual(24_000);
  });

  it("that comes back when it was told to may probe", () => {
    const { engine, nowMs } = heldEngine();
    const { retryAfterMs } = ask(engine, nowMs);
    let at = nowMs;
    while (at + 1_000 <= nowMs + retryAfterMs) at = seconds(engine, 1, at, {}, []);
    expect(ask(engine, nowMs + retryAfterMs).action).toBe("proceed");
    expect(ask(engine, nowMs + retryAfterMs).action).toBe("hold");
  });

  it("takes turns with processes that probe: one is asked back, the others are told the hold's time", () => {
    const engine = connected(engineOf());
    const nowMs = seconds(engine, 3, seconds(engine, 20, START, healthy), down);
    const waits = Array.from({ length: 5 }, () => ask(engine, nowMs).retryAfterMs);
    expect(waits[0]).toBeLessThanOrEqual(3_000);
    expect(Math.min(...waits.slice(1))).toBeGreaterThanOrEqual(9_000);
  });

  it("is told at least a millisecond, also by the luckiest draw in the moment in which the wait is over", () => {
    const policy = policyOf();
    const engine = new Engine({ tenant: "default", policy, random: () => 0 });
    const nowMs = seconds(engine, 3, seconds(engine, 20, START, healthy), down);
    const hold = engine.decisions().find(({ action }) => action === "hold")!;
    const late = hold.notBeforeMs ?? nowMs;
    ask(engine, late);
    expect(ask(engine, late)).toMatchObject({ action: "hold", retryAfterMs: 1 });
  });
});
