import { describe, expect, it } from "vitest";
import { START_MS } from "../api/fixtures/samples.ts";
import { HeardInstances } from "./heard-instances.ts";

const NOBODY = { streaming: new Set<string>(), connected: [] };

describe("HeardInstances", () => {
  it("says how each is connected", () => {
    const heard = new HeardInstances();
    for (const id of ["a", "b", "c"]) heard.record(id, 1_000, START_MS);
    const view = heard.view({ streaming: new Set(["a"]), connected: ["a", "b", "d"] }, START_MS);
    expect(view).toMatchObject({
      stream: 1,
      poll: 2,
      reportsOnly: 1,
      stale: 0,
      instancesUntold: 0,
    });
    expect(view.instances).toEqual([
      { id: "a", via: "stream", heardAt: "2026-01-01T00:00:00.000Z", isStale: false },
      { id: "b", via: "poll", heardAt: "2026-01-01T00:00:00.000Z", isStale: false },
      { id: "c", via: "reports", heardAt: "2026-01-01T00:00:00.000Z", isStale: false },
      { id: "d", via: "poll", heardAt: null, isStale: false },
    ]);
  });

  it.each([
    [1_000, 3_000, false],
    [1_000, 3_001, true],
    [10_000, 30_000, false],
    [10_000, 30_001, true],
  ])(
    "calls one with windows of %i ms, silent for %i ms, stale: %s",
    (windowMs, silentMs, isStale) => {
      const heard = new HeardInstances();
      heard.record("a", windowMs, START_MS);
      const view = heard.view(NOBODY, START_MS + silentMs);
      expect(view.instances[0]?.isStale).toBe(isStale);
      expect(view.stale).toBe(Number(isStale));
    },
  );

  it("puts the stale first, then whoever was heard from longest ago", () => {
    const heard = new HeardInstances();
    heard.record("early", 60_000, START_MS);
    heard.record("stale", 1_000, START_MS + 1_000);
    heard.record("late", 1_000, START_MS + 9_000);
    const { instances } = heard.view(NOBODY, START_MS + 10_000);
    expect(instances.map(({ id }) => id)).toEqual(["stale", "early", "late"]);
  });

  it("names fifty and counts the rest", () => {
    const heard = new HeardInstances();
    for (let index = 0; index < 60; index += 1) heard.record(`i${index}`, 1_000, START_MS);
    const view = heard.view(NOBODY, START_MS);
    expect(view.instances).toHaveLength(50);
    expect(view).toMatchObject({ instancesUntold: 10, reportsOnly: 60 });
  });

  it.each([
    [599_999, 1],
    [600_000, 0],
  ])("forgets one that was silent for ten minutes: after %i ms it knows %i", (silentMs, known) => {
    const heard = new HeardInstances();
    heard.record("a", 1_000, START_MS);
    expect(heard.view(NOBODY, START_MS + silentMs).instances).toHaveLength(known);
  });

  it("knows 20,000, and of more those heard from last", () => {
    const heard = new HeardInstances();
    for (let index = 0; index < 20_001; index += 1) heard.record(`i${index}`, 1_000, START_MS);
    heard.record("i1", 1_000, START_MS + 1);
    const view = heard.view(NOBODY, START_MS + 1);
    expect(view.reportsOnly).toBe(20_000);
    expect(view.instances[0]?.id).toBe("i2");
  });
});
