import { describe, expect, it } from "vitest";
import type { Engine } from "./engine.ts";
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
import type { Priority } from "../signals/priority.ts";
import type { DependencyPolicy } from "./policy.ts";

const background = { ...override, priority: { from: 5, to: 5 } as const };
const busy = { ended: { ok: 5 }, inFlight: 1, waiting: 9 };

function actionsOf(engine: Engine): string[] {
  return engine
    .decisions()
    .map(({ action, scope: { priority } }) => `${action} ${priority.from}-${priority.to}`)
    .toSorted();
}

function amounts(engine: Engine): number[] {
  return ["a", "b"].map((instance) => engine.leases(instance)[0]?.amount ?? Number.NaN);
}

/** How many of a hundred asked at once may go. */
function admitted(engine: Engine, priority: Priority, nowMs: number): number {
  const verdicts = Array.from({ length: 100 }, () =>
    engine.decide({ dependency: "tool:x", priority }, nowMs),
  );
  return verdicts.filter(({ retryAfterMs }) => retryAfterMs === 0).length;
}

describe("an override for some priorities", () => {
  it("leaves a policy's limit to the others", () => {
    const engine = engineOf({ ratePerSecondMax: 2 });
    let nowMs = seconds(engine, 3, START, { ended: { ok: 2 } });
    engine.override(background, nowMs);
    nowMs = seconds(engine, 3, nowMs, { ended: { ok: 2 } });
    expect(actionsOf(engine)).toEqual(["hold 5-5", "shape 1-5"]);
    expect(admitted(engine, 5, nowMs)).toBe(0);
    expect(admitted(engine, 3, nowMs)).toBe(1);
  });

  it.each(["hold", "proceed"] as const)(
    "by which they %s leaves the fleet's shares to the others",
    (action) => {
      const engine = connected(engineOf({ concurrencyMax: 4 }));
      const nowMs = seconds(engine, 3, START, busy);
      engine.override({ ...background, action }, nowMs);
      seconds(engine, 3, nowMs, busy);
      expect(amounts(engine)).toEqual([2, 2]);
    },
  );

  it("leaves the engine free to hold the others, and nobody probes for whom an operator holds", () => {
    const engine = engineOf();
    let nowMs = seconds(engine, 20, START, healthy);
    engine.override(background, nowMs);
    nowMs = seconds(engine, 3, nowMs, down);
    expect(actionsOf(engine)).toEqual(["hold 2-5", "hold 5-5", "shape 1-1"]);
    engine.decide({ dependency: "tool:x" }, nowMs);
    nowMs = seconds(engine, 4, nowMs, {});
    expect(admitted(engine, 5, nowMs)).toBe(0);
    expect(admitted(engine, 3, nowMs)).toBe(1);
  });

  it.each([
    ["inside its range", { from: 2, to: 5 }, ["proceed 2-5", "shape 1-1"]],
    [
      "that reaches one priority beyond it",
      { from: 3, to: 5 },
      ["hold 2-5", "proceed 3-5", "shape 1-1"],
    ],
    ["that meets all of it", { from: 1, to: 5 }, ["proceed 1-5"]],
  ] as const)("drops a decision %s", (_, priority, actions) => {
    const engine = connected(engineOf());
    const nowMs = seconds(engine, 3, seconds(engine, 20, START, healthy), down);
    engine.override({ ...override, action: "proceed", priority }, nowMs);
    engine.tick(nowMs + 1_000);
    expect(actionsOf(engine)).toEqual(actions);
    expect(engine.decide({ dependency: "tool:x", priority: 4 }, nowMs + 1_000).action).toBe(
      "proceed",
    );
  });

  it("that limits them is not told to the others as a decision", () => {
    const engine = engineOf();
    engine.override({ ...background, action: "limit", shape: { ratePerSecond: 1 } }, START);
    const nowMs = seconds(engine, 3, START, { ended: { ok: 2 } });
    expect(actionsOf(engine)).toEqual(["shape 5-5"]);
    expect(admitted(engine, 5, nowMs)).toBe(1);
    expect(admitted(engine, 3, nowMs)).toBe(100);
  });
});

describe("an override of a dependency that is not enforced", () => {
  const modes = ["observe", "advise"] as const;

  it.each(modes)("holds in mode %s, and is a decision to enforce", (mode) => {
    const engine = connected(engineOf({ mode }));
    let nowMs = seconds(engine, 20, START, healthy);
    engine.override(override, nowMs);
    engine.tick((nowMs += 1_000));
    expect(engine.decisions()).toMatchObject([{ action: "hold", mode: "enforce" }]);
    expect(engine.decide({ dependency: "tool:x", priority: 1 }, nowMs)).toMatchObject({
      action: "hold",
      mode: "enforce",
    });
    engine.clearOverride("tool:x", "ann", nowMs);
    engine.tick((nowMs += 1_000));
    expect(engine.decide({ dependency: "tool:x" }, nowMs)).toMatchObject({
      action: "proceed",
      mode,
    });
    expect(amounts(engine)).toEqual([Number.NaN, Number.NaN]);
  });

  it.each(modes)("limits to its own word alone in mode %s", (mode) => {
    const engine = connected(engineOf({ mode, concurrencyMax: 2 }));
    const nowMs = seconds(engine, 3, START, busy);
    engine.override({ ...override, action: "limit", shape: { concurrency: 6 } }, nowMs);
    seconds(engine, 3, nowMs, busy);
    expect(engine.decisions()).toMatchObject([{ mode: "enforce", shape: { concurrency: 6 } }]);
    expect(amounts(engine)).toEqual([3, 3]);
  });

  it("leaves advice to the others what it is", () => {
    const engine = engineOf({ mode: "advise", ratePerSecondMax: 2 });
    let nowMs = seconds(engine, 3, START, { ended: { ok: 2 } });
    engine.override(background, nowMs);
    nowMs = seconds(engine, 2, nowMs, { ended: { ok: 2 } });
    const modesOf = engine.decisions().map(({ mode, scope }) => [scope.priority.from, mode]);
    expect(modesOf).toEqual([
      [5, "enforce"],
      [1, "advise"],
    ]);
    expect(admitted(engine, 5, nowMs)).toBe(0);
    expect(admitted(engine, 3, nowMs)).toBe(100);
  });
});

describe("an override's end", () => {
  it.each([
    ["just below", 59_999, 59_999],
    ["at", 60_000, 60_000],
    ["just above", 60_001, 60_000],
  ])("%s the longest life there may be", (_, askedMs, standsMs) => {
    const engine = engineOf({}, { holdMsMax: 60_000 });
    const standing = engine.override({ ...override, untilMs: START + askedMs }, START);
    expect(standing).toEqual({ ...override, untilMs: START + standsMs });
    expect(engine.overrides()).toEqual([standing]);
  });
});

describe("a policy's new mode", () => {
  const held = (mode: DependencyPolicy["mode"]): { engine: Engine; nowMs: number } => {
    const engine = connected(engineOf({ mode }));
    return { engine, nowMs: seconds(engine, 3, seconds(engine, 20, START, healthy), down) };
  };

  it.each([
    ["advise", 2, 0],
    ["observe", 0, 2],
  ] as const)("%s lets go of what was enforced, at the next tick", (mode, standing, ended) => {
    const { engine, nowMs } = held("enforce");
    expect(engine.decide({ dependency: "tool:x" }, nowMs).action).toBe("hold");
    engine.setPolicy(policyOf({ mode }), nowMs);
    const change = engine.tick(nowMs + 200);
    expect(change.decisionsEnded).toHaveLength(ended);
    expect(change.decisionsChanged.map((decision) => decision.mode)).toEqual(
      Array.from({ length: standing }, () => mode),
    );
    expect([...change.leasesChanged.values()]).toEqual([[], []]);
    expect(engine.decide({ dependency: "tool:x" }, nowMs + 200).action).toBe("proceed");
  });

  it.each(["observe", "advise"] as const)(
    "enforce begins it, from %s, at the next tick",
    (mode) => {
      const { engine, nowMs } = held(mode);
      expect(engine.decide({ dependency: "tool:x" }, nowMs).action).toBe("proceed");
      engine.setPolicy(policyOf(), nowMs);
      const change = engine.tick(nowMs + 200);
      expect(change.decisionsChanged.map((decision) => decision.mode)).toEqual([
        "enforce",
        "enforce",
      ]);
      expect([...change.leasesChanged.keys()].toSorted()).toEqual(["a", "b"]);
      expect(engine.decide({ dependency: "tool:x" }, nowMs + 200).action).toBe("hold");
    },
  );
});
