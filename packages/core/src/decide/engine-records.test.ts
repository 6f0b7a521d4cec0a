import { describe, expect, it } from "vitest";
import { CONTROL_PARAMETERS } from "./control-parameters.ts";
import type { EngineRecord } from "./engine-types.ts";
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

describe("records", () => {
  const json = (records: readonly EngineRecord[]): EngineRecord[] =>
    records.map(({ key, value }) => ({
      key,
      value: value === undefined ? undefined : JSON.parse(JSON.stringify(value)),
    }));

  function heldRecords(): { records: EngineRecord[]; ids: string[]; nowMs: number } {
    const engine = connected(engineOf());
    const nowMs = seconds(engine, 3, seconds(engine, 20, START, healthy), down);
    engine.override({ ...override, dependency: "tool:y" }, nowMs);
    engine.tick(nowMs + 100);
    const ids = engine
      .decisions()
      .filter(({ scope }) => scope.dependency === "tool:x")
      .map(({ id }) => id);
    return { records: json(engine.takeRecords()), ids, nowMs: nowMs + 100 };
  }

  it("bring holds, their ids, overrides and open detections back", () => {
    const { records, ids, nowMs } = heldRecords();
    const engine = connected(engineOf());
    engine.restore(records, nowMs + 5_000);
    engine.tick(nowMs + 6_000);
    expect(engine.dependency("tool:x")?.state).toBe("failing");
    expect(engine.dependency("tool:x")?.decisions.toSorted()).toEqual(ids.toSorted());
    expect(engine.overrides()).toMatchObject([{ dependency: "tool:y", by: "ann" }]);
    expect(engine.decide({ dependency: "tool:x" }, nowMs + 6_000).action).toBe("hold");
  });

  it("bring the learned bound back", () => {
    const engine = connected(engineOf());
    const nowMs = seconds(engine, 30, START, { ended: { ok: 50 }, inFlight: 5 });
    const before = engine.signals("tool:x").at(-1)?.bound;
    // Little's law: 100 answers a second, of which each may take so large a share of 2 s.
    expect(before).toBeCloseTo(100 * CONTROL_PARAMETERS.timeoutShare * 2, 0);
    const again = connected(engineOf());
    again.restore(json(engine.takeRecords()), nowMs);
    seconds(again, 2, nowMs, { inFlight: 5 });
    expect(again.signals("tool:x").at(-1)?.bound).toBeCloseTo(before ?? 0, 0);
  });

  it("cannot make an override or a hold longer when the clock was set back meanwhile", () => {
    const { records, nowMs } = heldRecords();
    const engine = engineOf();
    const back = nowMs - 86_400_000;
    engine.restore(records, back);
    expect(engine.overrides()[0]!.untilMs - back).toBeLessThanOrEqual(3_600_000);
    const holds = engine.decisions().filter(({ scope }) => scope.dependency === "tool:x");
    expect(holds).toHaveLength(2);
    for (const { expiresAtMs, notBeforeMs = 0 } of holds) {
      expect(expiresAtMs - back).toBeLessThanOrEqual(30_000);
      expect(notBeforeMs - back).toBeLessThanOrEqual(20_000);
    }
  });

  it("that ran out while the engine was down are over", () => {
    const { records, nowMs } = heldRecords();
    const engine = engineOf();
    engine.restore(records, nowMs + 2 * 86_400_000);
    expect(engine.overrides()).toEqual([]);
  });

  it("keep versions from being said twice, also those told after the last write", () => {
    const { records } = heldRecords();
    const engine = engineOf();
    engine.restore(records, START);
    const told = Math.max(
      ...records.flatMap(({ key, value }) => (key === "engine:version" ? Number(value) : [])),
    );
    expect(told).toBeGreaterThan(0);
    expect(engine.version).toBeGreaterThan(told + 1_000);
  });

  it.each([undefined, null, "9", -1e99, 0.5])("take %j for no version", (value) => {
    const engine = engineOf();
    engine.restore([{ key: "engine:version", value }], START);
    expect(engine.version).toBe(0);
  });

  it("of baselines that merely moved come in turns, those in trouble every time, and all when asked", () => {
    const engine = connected(engineOf());
    const names = Array.from({ length: 1_000 }, (_, index) => `tool:t${index}`);
    const second = (nowMs: number): void => {
      for (const dependency of names)
        engine.ingest(reportOf("a", { ...healthy, dependency }), nowMs - 10);
      engine.tick(nowMs);
    };
    second(START + 1_000);
    engine.override({ ...override, dependency: "tool:t999" }, START + 1_500);
    const seen = new Set<string>();
    const sizes: number[] = [];
    for (let turn = 2; turn < 7; turn += 1) {
      second(START + turn * 1_000);
      const keys = engine.takeRecords().map(({ key }) => key);
      expect(keys).toContain("dep:tool:t999");
      sizes.push(keys.length);
      for (const key of keys) seen.add(key);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(204);
    expect(names.filter((name) => !seen.has(`dep:${name}`))).toEqual([]);
    second(START + 8_000);
    expect(engine.takeRecords({ all: true }).length).toBeGreaterThanOrEqual(1_000);
    expect(engine.takeRecords({ all: true })).toEqual([]);
  });

  it("are only of what changed, and say what is deleted", () => {
    const engine = engineOf();
    engine.override(override, START);
    engine.tick(START + 1_000);
    expect(engine.takeRecords().map(({ key }) => key)).toContain("override:tool:x");
    engine.clearOverride("tool:x", "ann", START + 1_500);
    engine.tick(START + 2_000);
    expect(engine.takeRecords()).toContainEqual({ key: "override:tool:x", value: undefined });
    expect(engine.takeRecords()).toEqual([]);
  });

  it.each([
    null,
    3,
    "x",
    [],
    {},
    { version: 1 },
    { version: 1, writtenMs: START, decisions: [{}], baseline: { latencyS: "1" } },
  ])("that are rubbish (%j) are left out", (value) => {
    const engine = engineOf();
    engine.restore(
      [
        { key: "dep:tool:x", value },
        { key: "override:tool:x", value },
        { key: "other", value },
      ],
      START,
    );
    engine.tick(START + 1_000);
    expect(engine.decisions()).toEqual([]);
    expect(engine.overrides()).toEqual([]);
  });

  it("are followed by a lease length in which nobody gets more than it holds", () => {
    const engine = connected(engineOf());
    const nowMs = seconds(engine, 30, START, { ended: { ok: 50 }, inFlight: 5 });
    const again = connected(engineOf());
    again.restore(json(engine.takeRecords()), nowMs);
    const at = seconds(again, 2, nowMs, { ended: { ok: 50 }, inFlight: 5, held: 6 });
    expect(again.leases("a")[0]?.amount).toBeLessThanOrEqual(6);
    seconds(again, 12, at, { ended: { ok: 50 }, inFlight: 5, held: 6 });
    expect(again.leases("a")[0]?.amount).toBeGreaterThan(6);
  });
});
