import { describe, expect, it } from "vitest";
import { connected, down, engineOf, healthy, seconds, START } from "./fixtures/engines.ts";
import { reportOf } from "./fixtures/reports.ts";

const ID = "tool:x";

describe("a look at a dependency", () => {
  it("is its last second, what is usual, and what stands", () => {
    const engine = connected(engineOf());
    const nowMs = seconds(engine, 30, START, healthy);
    const look = engine.look(ID);
    expect(look).toMatchObject({
      state: "healthy",
      mode: "enforce",
      inFlight: 2,
      waiting: 0,
      waitingByPriority: [0, 0, 0, 0, 0],
    });
    expect(look?.last).toMatchObject({ endMs: nowMs, calls: 20, attempts: 20, instances: 2 });
    expect(look?.usualLatencyMs).toBeGreaterThan(90);
    expect(look?.usualLatencyMs).toBeLessThan(110);
  });

  it("is of the same state and the same second as the dearer views", () => {
    const engine = connected(engineOf());
    let nowMs = seconds(engine, 30, START, healthy);
    for (const said of [down, healthy]) {
      for (let second = 0; second < 20; second += 1) {
        nowMs = seconds(engine, 1, nowMs, said);
        expect(engine.look(ID)?.state).toBe(engine.dependency(ID)?.state);
        expect(engine.look(ID)?.inFlight).toBe(engine.dependency(ID)?.signals.inFlight);
        const { latencyMs: _rounded, bound: _bound, ...last } = engine.signals(ID).at(-1)!;
        expect(engine.look(ID)?.last).toMatchObject(last);
      }
    }
  });

  it("tells what waits by priority", () => {
    const engine = connected(engineOf());
    engine.ingest(reportOf("a", { waiting: 3, priority: 2 }), START);
    engine.ingest(reportOf("b", { waiting: 4, priority: 5 }), START);
    engine.tick(START + 1_000);
    expect(engine.look(ID)).toMatchObject({ waiting: 7, waitingByPriority: [0, 3, 0, 0, 4] });
  });

  it("keeps nothing of one that is called no more", () => {
    const engine = engineOf();
    let nowMs = seconds(engine, 10, START, healthy);
    for (let second = 0; second < 120; second += 1) engine.tick((nowMs += 1_000));
    expect(engine.look(ID)).toMatchObject({ last: undefined, inFlight: 0, waiting: 0 });
  });

  it("knows nothing of one that nobody called", () => {
    expect(engineOf().look(ID)).toBeUndefined();
  });

  it("changes nothing", () => {
    const looked = connected(engineOf());
    const alone = connected(engineOf());
    let nowMs = START;
    for (let second = 0; second < 40; second += 1) {
      const said = second < 20 ? healthy : down;
      seconds(looked, 1, nowMs, said);
      nowMs = seconds(alone, 1, nowMs, said);
      looked.look(ID);
      looked.edges();
      looked.signals(ID, { fromMs: nowMs - 5_000 });
    }
    expect(looked.decisions()).toEqual(alone.decisions());
    expect(looked.takeRecords({ all: true })).toEqual(alone.takeRecords({ all: true }));
  });
});
