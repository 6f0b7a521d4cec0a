import { describe, expect, it } from "vitest";
import {
  connected,
  down,
  engineOf,
  healthy,
  override,
  seconds,
  START,
} from "./fixtures/engines.ts";
import { reportOf } from "./fixtures/reports.ts";

const MINUTE_MS = 60_000;

describe("a fleet that is idle", () => {
  it("goes quiet: a lease does not keep itself alive", () => {
    const engine = connected(engineOf());
    let nowMs = seconds(engine, 20, START, healthy);
    let messages = 0;
    for (let second = 0; second < 300; second += 1) {
      nowMs += 1_000;
      for (const instance of ["a", "b"]) {
        const held = engine.leases(instance)[0]?.amount;
        const said = held === undefined ? {} : { held };
        engine.ingest(reportOf(instance, said), nowMs - 10);
      }
      const change = engine.tick(nowMs);
      if (second >= 120) messages += change.leasesChanged.size;
    }
    expect(messages).toBe(0);
    expect(engine.leases("a")).toEqual([]);
  });

  it("has no lease for a process that long ago ceased to call, while others do", () => {
    const engine = connected(engineOf());
    let nowMs = seconds(engine, 20, START, healthy);
    for (let second = 0; second < 120; second += 1) {
      nowMs += 1_000;
      const held = engine.leases("b")[0]?.amount;
      engine.ingest(reportOf("a", healthy), nowMs - 10);
      engine.ingest(reportOf("b", held === undefined ? {} : { held }), nowMs - 10);
      engine.tick(nowMs);
    }
    expect(engine.leases("a")).toHaveLength(1);
    expect(engine.leases("b")).toEqual([]);
  });

  it("keeps the lease of a process that calls now and then", () => {
    const engine = connected(engineOf());
    let nowMs = seconds(engine, 20, START, healthy);
    for (let second = 0; second < 120; second += 1) {
      nowMs += 1_000;
      engine.ingest(reportOf("a", second % 20 === 0 ? healthy : { ended: { ok: 5 } }), nowMs - 10);
      engine.tick(nowMs);
      expect(engine.leases("a")).toHaveLength(1);
    }
  });

  it("after a restart is still granted what its processes say they hold", () => {
    const before = connected(engineOf());
    const nowMs = seconds(before, 20, START, healthy);
    const engine = engineOf();
    engine.restore(before.takeRecords(), nowMs);
    connected(engine);
    engine.ingest(reportOf("a", { held: 7 }), nowMs + 990);
    engine.tick(nowMs + 1_000);
    expect(engine.leases("a")).toMatchObject([{ amount: 7 }]);
  });
});

describe("a dependency that nobody calls any more", () => {
  const quietFor = (engine: ReturnType<typeof engineOf>, fromMs: number, forMs: number): number => {
    for (let nowMs = fromMs; nowMs < fromMs + forMs; nowMs += 10_000) engine.tick(nowMs);
    return fromMs + forMs;
  };

  it("is forgotten after as long as its history lasts, also by the store", () => {
    const engine = engineOf();
    let nowMs = seconds(engine, 20, START, healthy);
    nowMs = quietFor(engine, nowMs, 14 * MINUTE_MS);
    expect(engine.dependencies()).toHaveLength(1);
    engine.takeRecords({ all: true });
    nowMs = quietFor(engine, nowMs, 3 * MINUTE_MS);
    expect(engine.dependencies()).toEqual([]);
    expect(engine.counters().dependencies).toBe(0);
    expect(engine.takeRecords({ all: true })).toContainEqual({
      key: "dep:tool:x",
      value: undefined,
    });
    seconds(engine, 2, nowMs, healthy);
    expect(engine.dependency("tool:x")?.signals.totals.attempts).toBe(40);
  });

  it("takes what was open of it along", () => {
    const engine = engineOf();
    const nowMs = seconds(engine, 5, seconds(engine, 20, START, healthy), down);
    quietFor(engine, nowMs, 20 * MINUTE_MS);
    expect(engine.decisions()).toEqual([]);
    expect(engine.dependencies()).toEqual([]);
    expect(engine.detections().every(({ state }) => state === "resolved")).toBe(true);
  });

  it("is forgotten although a limit of the policy stands for it", () => {
    const engine = connected(engineOf({ concurrencyMax: 4 }));
    const nowMs = seconds(engine, 20, START, healthy);
    quietFor(engine, nowMs, 14 * MINUTE_MS);
    expect(engine.decisions()).toHaveLength(1);
    quietFor(engine, nowMs + 14 * MINUTE_MS, 2 * MINUTE_MS);
    expect(engine.dependencies()).toEqual([]);
    expect(engine.decisions()).toEqual([]);
    expect(engine.leases("a")).toEqual([]);
  });

  it("is not forgotten for having slept once", () => {
    const engine = engineOf();
    let nowMs = seconds(engine, 5, START, healthy);
    nowMs = quietFor(engine, nowMs, 2 * MINUTE_MS);
    seconds(engine, 16 * 60, nowMs, healthy);
    expect(engine.dependency("tool:x")?.signals.totals.attempts).toBe(20 * (5 + 16 * 60));
  });

  it("is not made known again by what a process no longer says of it", () => {
    const engine = engineOf();
    const nowMs = seconds(engine, 20, START, healthy);
    quietFor(engine, nowMs, 17 * MINUTE_MS);
    engine.ingest(reportOf("a", { dependency: "tool:y", ...healthy }), nowMs + 18 * MINUTE_MS);
    engine.instanceGone("b");
    engine.tick(nowMs + 18 * MINUTE_MS);
    expect(engine.dependencies().map(({ id }) => id)).toEqual(["tool:y"]);
  });

  it("is kept while an operator's word stands for it", () => {
    const engine = engineOf();
    const nowMs = seconds(engine, 5, START, healthy);
    engine.override({ ...override, action: "proceed" }, nowMs);
    quietFor(engine, nowMs, 30 * MINUTE_MS);
    expect(engine.dependencies()).toHaveLength(1);
  });

  it("makes room for a new one where the table is full", () => {
    const engine = engineOf({}, { dependenciesMax: 2 });
    let nowMs = seconds(engine, 5, START, { ...healthy, dependency: "tool:old" });
    nowMs = quietFor(engine, nowMs, 2 * MINUTE_MS);
    nowMs = seconds(engine, 2, nowMs, { ...healthy, dependency: "tool:busy" });
    nowMs = seconds(engine, 1, nowMs, { ...healthy, dependency: "tool:new" });
    expect(engine.dependencies().map(({ id }) => id)).toEqual(["tool:busy", "tool:new"]);
    expect(engine.counters().dependenciesRefused).toBe(0);
  });

  it("is not made known by a question", () => {
    const engine = engineOf();
    engine.decide({ dependency: "tool:never" }, START);
    engine.tick(START + 1_000);
    expect(engine.dependencies()).toEqual([]);
  });
});

describe("a hold", () => {
  it("is for a day at most, then the fleet is let back by a ramp", () => {
    const engine = connected(engineOf({}, { holdMsMax: 10 * MINUTE_MS }));
    let nowMs = seconds(engine, 3, seconds(engine, 20, START, healthy), down);
    nowMs = seconds(engine, 540, nowMs, { waiting: 3 });
    expect(engine.dependency("tool:x")?.state).toBe("failing");
    seconds(engine, 90, nowMs, { waiting: 3 });
    expect(engine.dependency("tool:x")?.state).toBe("recovering");
  });

  it("does not last longer for a restart", () => {
    const limits = { holdMsMax: 10 * MINUTE_MS };
    const before = connected(engineOf({}, limits));
    let nowMs = seconds(before, 3, seconds(before, 20, START, healthy), down);
    nowMs = seconds(before, 540, nowMs, { waiting: 3 });
    const engine = engineOf({}, limits);
    engine.restore(before.takeRecords(), nowMs);
    connected(engine);
    nowMs = seconds(engine, 1, nowMs, { waiting: 3 });
    expect(engine.dependency("tool:x")?.state).toBe("failing");
    seconds(engine, 90, nowMs, { waiting: 3 });
    expect(engine.dependency("tool:x")?.state).toBe("recovering");
  });

  it("ends when nobody has asked and nobody waits for minutes", () => {
    const engine = connected(engineOf());
    const nowMs = seconds(engine, 3, seconds(engine, 20, START, healthy), down);
    seconds(engine, 240, nowMs, { held: 0 });
    expect(engine.decisions()).toEqual([]);
  });
});
