import { describe, expect, it } from "vitest";
import { connected, engineOf, healthy, override, seconds, START } from "./fixtures/engines.ts";

describe("the version", () => {
  it("moves when a decision ends: whoever caches by it must not go on serving what is over", () => {
    const engine = engineOf();
    engine.override({ ...override, action: "proceed" }, START);
    const { version } = engine.tick(START + 1_000);
    engine.clearOverride("tool:x", "ann", START + 1_500);
    const change = engine.tick(START + 2_000);
    expect(change.decisionsEnded).toHaveLength(1);
    expect(change.version).toBeGreaterThan(version);
    expect(engine.version).toBe(change.version);
  });
});

describe("a process that was gone", () => {
  it("has its lease again the moment it is back, as the engine counted it all the while", () => {
    const engine = connected(engineOf({ concurrencyMax: 4 }));
    const nowMs = seconds(engine, 5, START, { ...healthy, waiting: 3 });
    const [lease] = engine.leases("a");
    engine.instanceGone("a");
    engine.tick(nowMs + 500);
    expect(engine.leases("a")).toEqual([]);
    engine.instanceConnected("a", nowMs + 800);
    expect(engine.leases("a")).toEqual([lease]);
    engine.tick(nowMs + 1_000);
    expect(engine.leases("a")).toHaveLength(1);
  });

  it("does not get back a lease that has run out meanwhile", () => {
    const engine = connected(engineOf({ concurrencyMax: 4 }));
    const nowMs = seconds(engine, 5, START, { ...healthy, waiting: 3 });
    engine.instanceGone("a");
    engine.instanceConnected("a", nowMs + 15_000);
    expect(engine.leases("a")).toEqual([]);
    engine.tick(nowMs + 15_100);
    expect(engine.leases("a")).toHaveLength(1);
  });
});
