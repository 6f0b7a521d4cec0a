import { describe, expect, it } from "vitest";
import type { Engine } from "./engine.ts";
import { connected, down, engineOf, healthy, seconds, START } from "./fixtures/engines.ts";
import { reportOf } from "./fixtures/reports.ts";

/** Held, with hooks connected that have nothing to do with it. */
function heldWithIdleHooks(): { engine: Engine; nowMs: number } {
  const engine = engineOf();
  const nowMs = seconds(engine, 3, seconds(engine, 20, START, healthy), down, ["exporter"]);
  return { engine: connected(engine), nowMs };
}

describe("callers that take no leases, beside processes that do", () => {
  it("end a hold by their own probe", () => {
    const { engine, nowMs: fromMs } = heldWithIdleHooks();
    let nowMs = fromMs;
    let probes = 0;
    for (let second = 0; second < 60 && probes === 0; second += 1) {
      nowMs += 1_000;
      if (engine.decide({ dependency: "tool:x" }, nowMs).action === "proceed") probes += 1;
      engine.tick(nowMs);
    }
    expect(probes).toBe(1);
    engine.ingest(reportOf("exporter", { ended: { ok: 1 } }), nowMs + 500);
    engine.tick(nowMs + 1_000);
    expect(engine.dependency("tool:x")?.state).toBe("recovering");
  });

  it("are asked back when the next probe is due, not when the hold's whole time is over", () => {
    const { engine, nowMs } = heldWithIdleHooks();
    const waits = [0, 1, 2].map(
      () => engine.decide({ dependency: "tool:x" }, nowMs + 1).retryAfterMs,
    );
    expect(Math.min(...waits)).toBeLessThan(4_000);
    expect(waits.filter((waitMs) => waitMs > 10_000)).toHaveLength(2);
  });

  it("take their turn as prober, and make way in a second where none of them comes for it", () => {
    const engine = connected(engineOf());
    let nowMs = seconds(engine, 3, seconds(engine, 20, START, healthy), down);
    engine.decide({ dependency: "tool:x" }, nowMs);
    const idle: boolean[] = [];
    for (let second = 0; second < 40; second += 1) {
      nowMs = seconds(engine, 1, nowMs, { waiting: 3 });
      idle.push(!["a", "b"].some((name) => engine.leases(name).some(({ probe }) => probe)));
    }
    const turns = idle.slice(4).filter(Boolean).length;
    expect(turns).toBeGreaterThanOrEqual(2);
    expect(turns).toBeLessThanOrEqual(6);
  });

  it("keep their turn while the probe of one of them is on its way", () => {
    const engine = connected(engineOf());
    let nowMs = seconds(engine, 3, seconds(engine, 20, START, healthy), down);
    let isProbed = false;
    for (let second = 0; second < 60 && !isProbed; second += 1) {
      nowMs = seconds(engine, 1, nowMs, { waiting: 3 });
      isProbed = engine.decide({ dependency: "tool:x" }, nowMs).action === "proceed";
    }
    expect(isProbed).toBe(true);
    seconds(engine, 2, nowMs, { waiting: 3 });
    const leases = ["a", "b"].flatMap((name) => engine.leases(name));
    expect(leases.filter(({ probe }) => probe)).toEqual([]);
  });

  it("find no more than one slot of a bound that the processes hold", () => {
    const engine = connected(engineOf({ concurrencyMax: 20 }));
    const nowMs = seconds(engine, 5, START, { ended: { ok: 10 }, inFlight: 10, waiting: 10 });
    const admitted = Array.from(
      { length: 50 },
      () => engine.decide({ dependency: "tool:x" }, nowMs + 1).retryAfterMs,
    ).filter((waitMs) => waitMs === 0);
    expect(admitted).toHaveLength(1);
  });
});

describe("protected calls while a dependency is held", () => {
  const held = (): { engine: Engine; nowMs: number } => {
    const engine = connected(engineOf());
    const nowMs = seconds(engine, 3, seconds(engine, 20, START, healthy), down);
    return { engine, nowMs };
  };

  it("go one at a time in processes that do not probe", () => {
    const { engine, nowMs } = held();
    seconds(engine, 4, nowMs, { waiting: 3, priority: 1 });
    const leases = ["a", "b"].flatMap((instance) => engine.leases(instance));
    expect(leases.filter(({ probe }) => probe)).toHaveLength(1);
    expect(leases.map(({ amount }) => amount)).toEqual([1, 1]);
  });

  it("of many processes take turns", () => {
    const engine = connected(engineOf());
    const names = ["a", "b", "c", "d"];
    for (const name of names) engine.instanceConnected(name, START);
    let nowMs = seconds(engine, 3, seconds(engine, 20, START, healthy, names), down, names);
    const served = new Set<string>();
    for (let second = 0; second < 20; second += 1) {
      nowMs = seconds(engine, 1, nowMs, { waiting: 3, priority: 1 }, names);
      const trickle = names.filter((name) =>
        engine.leases(name).some(({ amount, probe }) => amount > 0 && !probe),
      );
      expect(trickle.length).toBeLessThanOrEqual(1);
      for (const name of trickle) served.add(name);
    }
    expect([...served].toSorted()).toEqual(names);
  });

  it("are paced, not let through all at once, where they take no leases", () => {
    const { engine, nowMs: fromMs } = held();
    const nowMs = seconds(engine, 2, fromMs, { waiting: 3 });
    const waits = Array.from(
      { length: 50 },
      () => engine.decide({ dependency: "tool:x", priority: 1 }, nowMs + 1).retryAfterMs,
    );
    expect(waits.filter((waitMs) => waitMs === 0)).toHaveLength(1);
    expect(Math.max(...waits)).toBeLessThan(60_000);
  });

  it("leave the others' leases at zero", () => {
    const { engine, nowMs } = held();
    seconds(engine, 4, nowMs, { waiting: 3, priority: 2 });
    const amounts = ["a", "b"].flatMap((instance) => engine.leases(instance)[0]?.amount ?? []);
    expect(amounts.toSorted((one, other) => one - other)).toEqual([0, 1]);
  });
});
