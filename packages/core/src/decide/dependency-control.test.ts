import { describe, expect, it } from "vitest";
import type { SignalPoint, SignalReport } from "../signals/report.ts";
import { connected, engineOf, healthy, override, seconds, START } from "./fixtures/engines.ts";
import { reportOf } from "./fixtures/reports.ts";
import type { Said } from "./fixtures/reports.ts";
import { timesOf } from "./fixtures/seconds.ts";

describe("a dependency where all calls time out", () => {
  const dead: Said = { ended: { timeout: 10 }, inFlight: 5, waiting: 3 };
  const actionsOf = (engine: ReturnType<typeof engineOf>): string[] =>
    engine.decisions().map(({ action }) => action);

  it("is held where nothing was learned of it that bounds what is in flight", () => {
    const engine = connected(engineOf());
    seconds(engine, 10, START, dead);
    expect(actionsOf(engine)).toContain("hold");
  });

  it("is not held where something was: what is let through is about one attempt at a time, and finds out", () => {
    const engine = connected(engineOf());
    const nowMs = seconds(engine, 15, START, healthy);
    seconds(engine, 20, nowMs, dead);
    expect(actionsOf(engine)).toEqual(["shape"]);
    expect(engine.decisions()[0]?.shape?.concurrency).toBeLessThanOrEqual(2);
  });
});

describe("a dependency that answers as ever", () => {
  it("is bound for nobody, and nothing is decided of it, however much of it is used", () => {
    const engine = connected(engineOf({ timeoutMs: 4_000 }));
    seconds(engine, 30, START, { ended: { ok: 24 }, seconds: 0.5, inFlight: 12 });
    expect(engine.decisions()).toEqual([]);
  });
});

describe("a dependency that rejects many", () => {
  it("is shaped to what was in flight, however fast it answers", () => {
    const engine = connected(engineOf());
    const nowMs = seconds(engine, 15, START, healthy);
    seconds(engine, 3, nowMs, { ended: { ok: 10, throttled: 10 }, inFlight: 4, waiting: 3 });
    expect(engine.decisions()).toMatchObject([
      { action: "shape", shape: { concurrency: 8 }, reason: { code: "throttled" } },
    ]);
  });
});

describe("a slot that must be given up", () => {
  /** Attempts take a second; each process has one in flight, which is open for so long. */
  function said(instance: string, ageS: number): SignalReport {
    const report = reportOf(instance, {
      ended: { ok: 4 },
      seconds: 1,
      inFlight: 1,
      waiting: 9,
    });
    const age: SignalPoint = {
      signal: "headway.attempt.active.age",
      attributes: { dependency: "tool:x" },
      value: timesOf([[ageS, 1]])!,
    };
    return { ...report, points: [...report.points, age] };
  }

  it("is one whose attempt is about to end, as long as attempts have lately taken", () => {
    const engine = engineOf({ concurrencyMax: 3 });
    const ages = { young: 0.05, old: 0.85, older: 0.9 };
    for (const instance of Object.keys(ages)) engine.instanceConnected(instance, START);
    let nowMs = START;
    const tick = (): void => {
      nowMs += 1_000;
      for (const [instance, ageS] of Object.entries(ages))
        engine.ingest(said(instance, ageS), nowMs - 10);
      engine.tick(nowMs);
    };
    const amounts = (): (number | undefined)[] =>
      Object.keys(ages).map((instance) => engine.leases(instance)[0]?.amount);
    for (let second = 0; second < 12; second += 1) tick();
    expect(amounts()).toEqual([1, 1, 1]);
    engine.override({ ...override, action: "limit", shape: { concurrency: 2 } }, nowMs);
    tick();
    expect(amounts()[0]).toBe(1);
    expect(amounts().filter((amount) => amount === 0)).toHaveLength(1);
  });
});
