import { POLICY_DEFAULT } from "@headway/core";
import type { AuditEntry } from "@headway/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeEngine } from "../api/fixtures/fake-engine.ts";
import { dependencyOf, START_MS } from "../api/fixtures/samples.ts";
import { MemoryStore } from "../store/memory-store.ts";
import type { Store, StoreBatch } from "../store/store.ts";
import { Coordinator } from "./coordinator.ts";

const audit: AuditEntry = {
  atMs: START_MS,
  kind: "decision.issued",
  dependency: "tool:a",
  by: "headway",
  summary: "s",
  id: "dec_1",
};

/** Fails while it is told to. */
class FlakyStore extends MemoryStore {
  isFailing = false;
  commits = 0;

  override async commit(batch: StoreBatch): Promise<void> {
    this.commits += 1;
    if (this.isFailing) throw new Error("disk full");
    await super.commit(batch);
  }
}

let engines: Map<string, FakeEngine>;
let errors: string[];

function create(
  store: Store = new MemoryStore(),
  config: { tickMs?: number; saveEveryMs?: number } = {},
): Coordinator {
  engines = new Map();
  errors = [];
  return new Coordinator({
    config: { tickMs: 1_000, ...config },
    policy: POLICY_DEFAULT,
    store,
    now: () => Date.now(),
    random: () => 0.5,
    onError: (error, where) =>
      errors.push(`${where}: ${error instanceof Error ? error.message : "?"}`),
    createEngine: ({ tenant }) => {
      const engine = new FakeEngine(tenant);
      engines.set(tenant, engine);
      return engine;
    },
  });
}

function tickedAt(tenant = "t"): number[] {
  return engines.get(tenant)!.tickedAtMs.map((ms) => ms - START_MS);
}

beforeEach(() => {
  vi.useFakeTimers({ now: START_MS });
});

afterEach(() => {
  vi.useRealTimers();
});

const report = (windowMs: number) => ({ instance: "a", windowMs, points: [] });

describe("ticks", () => {
  it("come every interval, for every tenant, and end with close", async () => {
    const coordinator = create();
    coordinator.tenant("t");
    coordinator.tenant("u");
    await coordinator.start();
    await vi.advanceTimersByTimeAsync(3_500);
    await coordinator.close();
    await vi.advanceTimersByTimeAsync(3_500);
    expect(tickedAt()).toEqual([1_000, 2_000, 3_000, 3_500]);
    expect(tickedAt("u")).toEqual([1_000, 2_000, 3_000, 3_500]);
  });

  it("have an age, from the start on, that grows while they do not come", async () => {
    const coordinator = create();
    await vi.advanceTimersByTimeAsync(2_500);
    expect(coordinator.stats().tickAgeSeconds).toBe(2.5);
    coordinator.tick();
    expect(coordinator.stats().tickAgeSeconds).toBe(0);
    await vi.advanceTimersByTimeAsync(700);
    expect(coordinator.stats().tickAgeSeconds).toBe(0.7);
  });

  it("do not follow from reports of a whole interval, even if a timer cut it short", async () => {
    const coordinator = create();
    await coordinator.start();
    coordinator.ingestReports("t", [report(1_000), report(990)]);
    await vi.advanceTimersByTimeAsync(999);
    expect(tickedAt()).toEqual([]);
    expect(engines.get("t")!.reports).toHaveLength(2);
    await coordinator.close();
  });

  it("come at once after an early flush, and never twice within a tenth of a second", async () => {
    const coordinator = create();
    await coordinator.start();
    await vi.advanceTimersByTimeAsync(500);
    coordinator.ingestReports("t", [report(300)]);
    await vi.advanceTimersByTimeAsync(0);
    expect(tickedAt()).toEqual([500]);
    for (let index = 0; index < 50; index += 1) {
      coordinator.ingestReports("t", [report(300)]);
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(tickedAt()).toEqual([500]);
    await vi.advanceTimersByTimeAsync(60);
    expect(tickedAt()).toEqual([500, 600]);
    await vi.advanceTimersByTimeAsync(390);
    expect(tickedAt()).toEqual([500, 600, 1_000]);
    await coordinator.close();
  });

  it("go on for other tenants, and for this one next time, when one throws", async () => {
    const coordinator = create();
    coordinator.tenant("t");
    coordinator.tenant("u");
    engines.get("t")!.failure = new Error("broken");
    coordinator.tick();
    coordinator.tick();
    expect(tickedAt("u")).toHaveLength(2);
    expect(coordinator.stats()).toMatchObject({ ticks: 4, ticksFailed: 2 });
    expect(errors[0]).toBe("tick of tenant t: broken");
  });

  it("count their dependencies once, however often it is asked between two", () => {
    const coordinator = create();
    coordinator.tenant("t");
    const engine = engines.get("t")!;
    for (let asked = 0; asked < 12; asked += 1) coordinator.stats();
    expect(engine.counted).toBe(1);
    engine.views.set("tool:a", dependencyOf("tool:a"));
    coordinator.tick();
    expect(coordinator.stats().dependencies).toBe(1);
    expect(engine.counted).toBe(2);
  });

  it("tell every listener, also when one of them throws", () => {
    const coordinator = create();
    const told: number[] = [];
    coordinator.tenant("t").subscribe(() => {
      throw new Error("deaf");
    });
    const unsubscribe = coordinator.tenant("t").subscribe(({ version }) => told.push(version));
    coordinator.tick();
    unsubscribe();
    coordinator.tick();
    expect(told).toEqual([0]);
    expect(coordinator.stats().ticksFailed).toBe(0);
    expect(errors).toEqual([
      "telling a client of tenant t: deaf",
      "telling a client of tenant t: deaf",
    ]);
  });
});

describe("the store", () => {
  it("gets what a person would miss at once, and the rest every few seconds, the newest of each key", async () => {
    const store = new FlakyStore();
    const coordinator = create(store, { saveEveryMs: 5_000 });
    coordinator.tenant("t");
    const engine = engines.get("t")!;
    const tick = async (value: number, atMs: number): Promise<void> => {
      vi.setSystemTime(START_MS + atMs);
      for (const key of ["dep:tool:a", "dep:tool:b"]) engine.records.set(key, { key, value });
      coordinator.tick();
      await vi.advanceTimersByTimeAsync(0);
    };
    const stored = async () =>
      (await store.load("t")).map(({ key, value }) => `${key} ${String(value)}`);
    await tick(1, 0);
    expect(await stored()).toEqual(["dep:tool:a 1", "dep:tool:b 1"]);
    await tick(2, 4_000);
    expect(await stored()).toEqual(["dep:tool:a 1", "dep:tool:b 1"]);
    engine.note(audit);
    await tick(3, 4_100);
    expect(await stored()).toEqual(["dep:tool:a 3", "dep:tool:b 1"]);
    await tick(4, 4_999);
    expect(await stored()).toEqual(["dep:tool:a 3", "dep:tool:b 1"]);
    await tick(5, 5_000);
    expect(await stored()).toEqual(["dep:tool:a 5", "dep:tool:b 5"]);
  });

  it("gets on close what was not written yet, and what was noted since the last tick", async () => {
    const store = new MemoryStore();
    const coordinator = create(store);
    coordinator.tenant("t");
    engines.get("t")!.records.set("a", { key: "a", value: 1 });
    engines.get("t")!.note(audit);
    await coordinator.close();
    expect(await store.load("t")).toEqual([{ key: "a", value: 1 }]);
    expect(await store.audit({ tenant: "t", limit: 10 })).toMatchObject([audit]);
  });

  it("never stops the ticks by failing: what it did not take is kept, said once, and written later", async () => {
    const store = new FlakyStore();
    const coordinator = create(store, { saveEveryMs: 0 });
    coordinator.tenant("t");
    const engine = engines.get("t")!;
    store.isFailing = true;
    for (const value of [1, 2, 3]) {
      engine.records.set(`k${value % 2}`, { key: `k${value % 2}`, value });
      engine.note(audit);
      coordinator.tick();
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(tickedAt()).toHaveLength(3);
    expect(coordinator.stats()).toMatchObject({
      storeFailures: 3,
      storeCommits: 0,
      ticksFailed: 0,
    });
    expect(errors).toEqual(["writing the state of tenant t: disk full"]);
    store.isFailing = false;
    coordinator.tick();
    await vi.advanceTimersByTimeAsync(0);
    expect((await store.load("t")).toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual([
      { key: "k0", value: 2 },
      { key: "k1", value: 3 },
    ]);
    expect(await store.audit({ tenant: "t", limit: 10 })).toHaveLength(3);
    store.isFailing = true;
    engine.note(audit);
    coordinator.tick();
    await vi.advanceTimersByTimeAsync(0);
    expect(errors).toHaveLength(2);
  });

  it("brings tenants back at the start, before the first tick", async () => {
    const store = new MemoryStore();
    await store.commit({ tenant: "t", records: [{ key: "override:tool:a", value: 1 }], audit: [] });
    const coordinator = create(store);
    await coordinator.start();
    expect(engines.get("t")!.restored).toEqual([{ key: "override:tool:a", value: 1 }]);
    expect(engines.get("t")!.tickedAtMs).toEqual([]);
    await coordinator.close();
  });

  it("cannot keep the service from starting", async () => {
    const store = new MemoryStore();
    store.tenants = async () => Promise.reject(new Error("unreadable"));
    const coordinator = create(store);
    await coordinator.start();
    coordinator.tenant("t");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(tickedAt()).toEqual([1_000]);
    expect(errors).toEqual(["reading the tenants from the store: unreadable"]);
    await coordinator.close();
  });
});

describe("policy", () => {
  it("reaches tenants that are there and tenants that come, each its own, and decides soon", async () => {
    const coordinator = create();
    coordinator.tenant("t");
    coordinator.setPolicy((tenant) => ({ ...POLICY_DEFAULT, version: `sha256:${tenant}` }));
    expect(engines.get("t")!.policy.version).toBe("sha256:t");
    await vi.advanceTimersByTimeAsync(0);
    expect(tickedAt()).toEqual([0]);
    await coordinator.close();
  });
});
