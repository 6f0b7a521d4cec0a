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
import { reportOf } from "./fixtures/reports.ts";

describe("the engine, of a healthy fleet", () => {
  it("shows what it sees, and decides nothing", () => {
    const engine = connected(engineOf());
    seconds(engine, 20, START, { ...healthy, retries: 2, from: "agent-1" });
    const view = engine.dependency("tool:x");
    expect(view).toMatchObject({
      id: "tool:x",
      tenant: "default",
      state: "healthy",
      decisions: [],
    });
    expect(view?.signals.callsPerSecond).toBeCloseTo(16);
    expect(view?.signals.attemptsPerSecond).toBeCloseTo(20);
    expect(view?.signals.amplification).toBeCloseTo(1.25);
    expect(view?.signals.retryShare).toBeCloseTo(0.2);
    expect(view?.signals.inFlight).toBe(2);
    expect(view?.signals.totals).toEqual({ calls: 320, attempts: 400, retries: 80 });
    expect(engine.signals("tool:x")).toHaveLength(20);
    expect(engine.decisions()).toEqual([]);
    expect(engine.graph().edges).toMatchObject([{ from: "agent-1", to: "tool:x" }]);
  });

  it("leaves every process generous room", () => {
    const engine = connected(engineOf());
    seconds(engine, 20, START, healthy);
    expect(engine.leases("a")[0]?.amount).toBeGreaterThanOrEqual(10);
  });

  it("says nothing twice: a quiet tick changes nothing", () => {
    const engine = connected(engineOf());
    const nowMs = seconds(engine, 30, START, healthy);
    const { version } = engine;
    const change = engine.tick(nowMs + 200);
    expect(change).toMatchObject({ version, decisionsChanged: [], decisionsEnded: [], audit: [] });
    expect(change.leasesChanged.size).toBe(0);
  });

  it("forgets a gauge that a process no longer reports, and a process that no longer reports", () => {
    const engine = engineOf();
    let nowMs = seconds(engine, 2, START, { inFlight: 5 });
    expect(engine.dependency("tool:x")?.signals.inFlight).toBe(10);
    engine.ingest({ instance: "a", windowMs: 1_000, points: [] }, nowMs);
    engine.tick((nowMs += 1_000));
    expect(engine.dependency("tool:x")?.signals.inFlight).toBe(5);
    engine.tick((nowMs += 3_000));
    expect(engine.dependency("tool:x")?.signals.inFlight).toBe(0);
  });
});

describe("the engine, of a dependency that is down", () => {
  const held = (): { engine: Engine; nowMs: number } => {
    const engine = connected(engineOf());
    const nowMs = seconds(engine, 3, seconds(engine, 20, START, healthy), down);
    return { engine, nowMs };
  };

  it("holds all but the protected priorities, and one process probes", () => {
    const { engine, nowMs } = held();
    expect(engine.dependency("tool:x")?.state).toBe("failing");
    const byAction = Object.fromEntries(
      engine.decisions().map((decision) => [decision.action, decision]),
    );
    expect(byAction["hold"]?.scope.priority).toEqual({ from: 2, to: 5 });
    expect(byAction["shape"]?.scope.priority).toEqual({ from: 1, to: 1 });
    expect(byAction["hold"]?.expiresAtMs).toBeLessThanOrEqual(nowMs + 60_000);
    seconds(engine, 4, nowMs, { waiting: 3 });
    const leases = [...engine.leases("a"), ...engine.leases("b")];
    expect(leases.map(({ amount }) => amount).toSorted((a, b) => a - b)).toEqual([0, 1]);
    expect(leases.filter(({ probe }) => probe)).toHaveLength(1);
  });

  it("elects another when the prober is killed", () => {
    const { engine, nowMs } = held();
    let at = seconds(engine, 4, nowMs, { waiting: 3 });
    const prober = engine.leases("a")[0]?.probe ? "a" : "b";
    const other = prober === "a" ? "b" : "a";
    engine.instanceGone(prober);
    at = seconds(engine, 1, at, { waiting: 3 }, [other]);
    expect(engine.leases(other)[0]).toMatchObject({ amount: 1, probe: true });
  });

  it("lets the fleet back by a ramp when the probe is answered", () => {
    const { engine, nowMs } = held();
    let at = seconds(engine, 4, nowMs, { waiting: 3 });
    at = seconds(engine, 1, at, { ended: { ok: 1 }, waiting: 3 });
    expect(engine.dependency("tool:x")?.state).toBe("recovering");
    expect(engine.decisions()).toMatchObject([{ action: "shape", reason: { code: "ramp" } }]);
    seconds(engine, 10, at, healthy);
    expect(engine.decisions()).toEqual([]);
  });

  it("keeps a hold's id while it lasts, and sends it again only when half of it is spent", () => {
    const { engine, nowMs } = held();
    const id = engine.decisions().find(({ action }) => action === "hold")?.id;
    let sent = 0;
    for (let at = nowMs; at < nowMs + 60_000; at += 1_000) {
      engine.ingest(reportOf("a", { waiting: 3 }), at);
      sent += engine.tick(at).decisionsChanged.filter(({ action }) => action === "hold").length;
    }
    expect(engine.decisions().find(({ action }) => action === "hold")?.id).toBe(id);
    expect(sent).toBeGreaterThanOrEqual(2);
    expect(sent).toBeLessThanOrEqual(8);
  });

  it("writes down what it decided and why", () => {
    const engine = connected(engineOf());
    let nowMs = seconds(engine, 20, START, healthy);
    const kinds: string[] = [];
    for (let second = 0; second < 5; second += 1) {
      nowMs += 1_000;
      engine.ingest(reportOf("a", down), nowMs);
      kinds.push(...engine.tick(nowMs).audit.map(({ kind }) => kind));
    }
    expect(kinds).toContain("decision.issued");
  });
});

describe("modes", () => {
  it.each([
    ["observe", 0, 0],
    ["advise", 2, 0],
    ["enforce", 2, 2],
  ] as const)("%s: %i decisions, %i leases", (mode, decisions, leases) => {
    const engine = connected(engineOf({ mode }));
    seconds(engine, 3, seconds(engine, 20, START, healthy), down);
    expect(engine.decisions()).toHaveLength(decisions);
    expect(engine.leases("a").length + engine.leases("b").length).toBe(leases);
    expect(engine.decisions().every((decision) => decision.mode === mode)).toBe(true);
  });

  it("takes the leases back when enforcing ends", () => {
    const engine = connected(engineOf());
    const nowMs = seconds(engine, 20, START, healthy);
    expect(engine.leases("a")).toHaveLength(1);
    engine.setPolicy(policyOf({ mode: "advise" }), nowMs);
    const change = engine.tick(nowMs + 1_000);
    expect(change.leasesChanged.get("a")).toEqual([]);
    expect(change.audit.map(({ kind }) => kind)).toContain("policy.changed");
  });
});

describe("overrides", () => {
  it("hold against the engine's own judgement, all leases zero, until they are cleared", () => {
    const engine = connected(engineOf());
    let nowMs = seconds(engine, 20, START, healthy);
    engine.override(override, nowMs);
    engine.tick((nowMs += 1_000));
    expect(engine.decisions()).toMatchObject([
      { action: "hold", reason: { code: "override", summary: "ann: maintenance" } },
    ]);
    expect(engine.leases("a")[0]?.amount).toBe(0);
    expect(engine.decide({ dependency: "tool:x", priority: 1 }, nowMs).action).toBe("hold");
    expect(engine.clearOverride("tool:x", "ann", nowMs)).toBe(true);
    expect(engine.clearOverride("tool:x", "ann", nowMs)).toBe(false);
    engine.tick((nowMs += 1_000));
    expect(engine.decisions()).toEqual([]);
  });

  it("proceed against a hold", () => {
    const engine = connected(engineOf());
    let nowMs = seconds(engine, 3, seconds(engine, 20, START, healthy), down);
    engine.override({ ...override, action: "proceed" }, nowMs);
    engine.tick((nowMs += 1_000));
    expect(engine.decisions()).toMatchObject([{ action: "proceed" }]);
    expect(engine.leases("a")).toEqual([]);
  });

  it("limit a dependency nobody has called yet, fleet-wide", () => {
    const engine = connected(engineOf());
    engine.override({ ...override, action: "limit", shape: { concurrency: 6 } }, START);
    engine.tick(START + 1_000);
    expect(engine.decisions()).toMatchObject([{ action: "shape", shape: { concurrency: 6 } }]);
    const amounts = ["a", "b"].map((instance) => engine.leases(instance)[0]?.amount ?? 0);
    expect(amounts).toEqual([3, 3]);
  });

  it("end by themselves, within a day", () => {
    const engine = engineOf();
    engine.override({ ...override, untilMs: START + 10 * 86_400_000 }, START);
    expect(engine.overrides()[0]?.untilMs).toBe(START + 86_400_000);
    const change = engine.tick(START + 86_400_000);
    expect(engine.overrides()).toEqual([]);
    expect(change.audit.map(({ kind }) => kind)).toContain("override.cleared");
  });

  it.each([
    ["an end that is past", { untilMs: START - 1 }],
    ["an end that is no number", { untilMs: Number.NaN }],
    ["priorities the wrong way round", { priority: { from: 5, to: 1 } as const }],
  ])("are refused with %s", (_, change) => {
    expect(() => engineOf().override({ ...override, ...change }, START)).toThrow(/must be/);
  });
});

describe("a policy's limit", () => {
  it("stands without any trouble", () => {
    const engine = connected(engineOf({ concurrencyMax: 4, ratePerSecondMax: 10 }));
    seconds(engine, 3, START, { ended: { ok: 5 }, waiting: 9 });
    expect(engine.decisions()).toMatchObject([
      { action: "shape", shape: { concurrency: 4, ratePerSecond: 10 }, reason: { code: "limit" } },
    ]);
    const leases = [...engine.leases("a"), ...engine.leases("b")];
    expect(leases.reduce((sum, { amount }) => sum + amount, 0)).toBe(4);
    expect(leases.reduce((sum, { ratePerSecond = 0 }) => sum + ratePerSecond, 0)).toBeCloseTo(10);
  });
});

describe("throttles", () => {
  it("defer the whole fleet to one moment that one process was told, spread", () => {
    const engine = connected(engineOf());
    let nowMs = seconds(engine, 10, START, healthy);
    engine.ingest(reportOf("a", { ended: { ok: 5, throttled: 1 }, retryAfterS: 8 }), nowMs);
    engine.tick((nowMs += 200));
    const defer = engine.decisions().find(({ action }) => action === "defer");
    expect(defer).toMatchObject({
      notBeforeMs: nowMs + 8_000,
      spreadMs: 2_000,
      scope: { priority: { from: 2, to: 5 } },
    });
    const verdict = engine.decide({ dependency: "tool:x" }, nowMs + 1_000);
    expect(verdict.action).toBe("defer");
    expect(verdict.retryAfterMs).toBeGreaterThanOrEqual(7_000);
    expect(verdict.retryAfterMs).toBeLessThanOrEqual(9_000);
    engine.tick(nowMs + 8_000);
    expect(engine.decisions().some(({ action }) => action === "defer")).toBe(false);
  });
});

describe("a consult", () => {
  it("goes where nothing is decided", () => {
    expect(engineOf().decide({ dependency: "tool:new" }, START)).toEqual({
      action: "proceed",
      retryAfterMs: 0,
      decisionId: null,
      mode: "enforce",
      reason: null,
    });
  });

  it("is paced to the fleet's rate, and each is told a later moment", () => {
    const engine = engineOf({ ratePerSecondMax: 10, concurrencyMax: 100 });
    seconds(engine, 3, START, { ended: { ok: 5 } });
    let admitted = 0;
    for (let ms = 0; ms < 10_000; ms += 10) {
      if (ms % 1_000 === 0) engine.tick(START + 3_000 + ms);
      if (engine.decide({ dependency: "tool:x" }, START + 3_000 + ms).retryAfterMs === 0)
        admitted += 1;
    }
    expect(admitted).toBeGreaterThanOrEqual(95);
    expect(admitted).toBeLessThanOrEqual(105);
    const [first, second] = [0, 1].map(
      () => engine.decide({ dependency: "tool:x" }, START + 13_000).retryAfterMs,
    );
    expect(second).toBeGreaterThan(first!);
  });

  it("may probe, one at a time, where no process takes leases", () => {
    const engine = engineOf();
    let nowMs = seconds(engine, 3, seconds(engine, 20, START, healthy), down);
    engine.decide({ dependency: "tool:x", priority: 3 }, nowMs);
    nowMs = seconds(engine, 4, nowMs, {});
    const actions = Array.from(
      { length: 5 },
      () => engine.decide({ dependency: "tool:x" }, nowMs).action,
    );
    expect(actions).toEqual(["proceed", "hold", "hold", "hold", "hold"]);
  });

  it("that cannot be done in time is shed where the policy allows it, else told honestly when", () => {
    const strict = engineOf({ concurrencyMax: 1, ratePerSecondMax: 0.5 });
    const lax = engineOf({
      concurrencyMax: 1,
      ratePerSecondMax: 0.5,
      actions: ["proceed", "shape", "defer", "hold", "shed"],
    });
    for (const engine of [strict, lax]) {
      seconds(engine, 3, START, { ended: { ok: 5 } });
      engine.decide({ dependency: "tool:x" }, START + 3_000);
    }
    const late = { dependency: "tool:x", deadlineMs: 100 };
    expect(strict.decide(late, START + 3_000)).toMatchObject({ action: "defer" });
    expect(lax.decide(late, START + 3_000)).toMatchObject({ action: "shed" });
    expect(lax.decide({ ...late, deadlineMs: 60_000 }, START + 3_000)).toMatchObject({
      action: "defer",
    });
  });

  it("is never held where the mode is advise", () => {
    const engine = engineOf({ mode: "advise" });
    const nowMs = seconds(engine, 3, seconds(engine, 20, START, healthy), down);
    const verdict = engine.decide({ dependency: "tool:x" }, nowMs);
    expect(verdict).toMatchObject({ action: "proceed", retryAfterMs: 0, mode: "advise" });
    expect(verdict.decisionId).not.toBeNull();
  });
});

describe("limits", () => {
  it("watches no more dependencies than it may, and counts the rest", () => {
    const engine = engineOf({}, { dependenciesMax: 2 });
    for (const name of ["a", "b", "c"])
      engine.ingest(reportOf("i", { ...healthy, dependency: `tool:${name}` }), START);
    engine.tick(START + 1_000);
    expect(engine.dependencies().map(({ id }) => id)).toEqual(["tool:a", "tool:b"]);
    expect(engine.counters().dependenciesRefused).toBeGreaterThan(0);
  });

  it("keeps a quarter of an hour of history", () => {
    const engine = engineOf();
    seconds(engine, 1_000, START, healthy, ["a"]);
    const history = engine.signals("tool:x");
    expect(history.length).toBeLessThanOrEqual(900);
    expect(history.length).toBeGreaterThanOrEqual(895);
  });

  it("is idle for dependencies that nobody calls", () => {
    const engine = connected(engineOf());
    const nowMs = seconds(engine, 10, START, healthy);
    for (let at = nowMs; at < nowMs + 120_000; at += 1_000) engine.tick(at);
    engine.takeRecords();
    engine.tick(nowMs + 121_000);
    expect(engine.takeRecords()).toEqual([]);
    expect(engine.leases("a")).toEqual([]);
  });
});
