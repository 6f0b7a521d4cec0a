import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RetryRaster } from "./retry-raster.ts";

const NOW_MS = 1_000_000;
const OPTIONS = { seconds: 5, rowsMax: 2, agentsMax: 4 };

function rows(raster: RetryRaster, nowMs: number) {
  return Object.fromEntries(raster.view(nowMs).rows.map(({ agent, retries }) => [agent, retries]));
}

describe("RetryRaster", () => {
  it("shows the seconds that are over, the oldest first, and not the one that is not", () => {
    const raster = new RetryRaster(OPTIONS);
    raster.record("a", "tool:x", 3, NOW_MS);
    raster.record("a", "tool:x", 1, NOW_MS + 2_999);
    expect(rows(raster, NOW_MS + 2_000)).toEqual({ a: [0, 0, 0, 3, 0] });
    expect(rows(raster, NOW_MS + 3_000)).toEqual({ a: [0, 0, 3, 0, 1] });
    expect(raster.view(NOW_MS + 3_500).endsAt).toBe(new Date(NOW_MS + 3_000).toISOString());
  });

  it("forgets what is older than its span, and the agent with it", () => {
    const raster = new RetryRaster(OPTIONS);
    raster.record("a", "tool:x", 3, NOW_MS);
    expect(raster.view(NOW_MS + 5_000).retries).toBe(3);
    expect(raster.view(NOW_MS + 6_000)).toMatchObject({ rows: [], agents: 0, retries: 0 });
  });

  it("names the dependency that an agent retried most", () => {
    const raster = new RetryRaster(OPTIONS);
    raster.record("a", "tool:x", 2, NOW_MS);
    raster.record("a", "tool:y", 3, NOW_MS);
    expect(raster.view(NOW_MS + 1_000).rows[0]).toMatchObject({ agent: "a", dependency: "tool:y" });
  });

  it("gives rows to those who retry most, the others stand together", () => {
    const raster = new RetryRaster(OPTIONS);
    for (const [agent, retries] of [
      ["a", 5],
      ["b", 1],
      ["c", 7],
    ] as const)
      raster.record(agent, "tool:x", retries, NOW_MS);
    raster.record(undefined, "tool:x", 2, NOW_MS);
    const view = raster.view(NOW_MS + 1_000);
    expect(view.rows.map(({ agent }) => agent)).toEqual(["c", "a"]);
    expect(view).toMatchObject({ others: [0, 0, 0, 0, 3], agents: 3, retries: 15 });
  });

  it.each([
    [7, ["a", "b"]],
    [8, ["a", "c"]],
  ])(
    "keeps a row in its place until another agent has half as much again: %i",
    (retries, agents) => {
      const raster = new RetryRaster(OPTIONS);
      raster.record("a", "tool:x", 9, NOW_MS);
      raster.record("b", "tool:x", 5, NOW_MS);
      raster.view(NOW_MS + 1_000);
      raster.record("c", "tool:x", retries, NOW_MS + 1_000);
      expect(raster.view(NOW_MS + 2_000).rows.map(({ agent }) => agent)).toEqual(agents);
    },
  );

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 0])(
    "is not moved by %d retries",
    (retries) => {
      const raster = new RetryRaster(OPTIONS);
      raster.record("a", "tool:x", retries, NOW_MS);
      expect(raster.view(NOW_MS + 1_000)).toMatchObject({ rows: [], agents: 0, retries: 0 });
    },
  );

  it("makes room for others when those it follows are quiet", () => {
    const raster = new RetryRaster(OPTIONS);
    for (const agent of ["a", "b", "c", "d", "e"]) raster.record(agent, "tool:x", 1, NOW_MS);
    expect(raster.view(NOW_MS + 1_000)).toMatchObject({ agents: 4, retries: 5 });
    raster.record("e", "tool:x", 1, NOW_MS + 7_000);
    expect(rows(raster, NOW_MS + 8_000)).toEqual({ e: [0, 0, 0, 0, 1] });
  });

  it("is not slowed by agents that do not fit", () => {
    const raster = new RetryRaster();
    const startMs = performance.now();
    for (let agent = 0; agent < 200_000; agent += 1)
      raster.record(`agent-${agent}`, "tool:x", 1, NOW_MS);
    // Looking for room for each of them would take minutes.
    expect(performance.now() - startMs).toBeLessThan(5_000);
    expect(raster.view(NOW_MS + 1_000)).toMatchObject({ agents: 5_000, retries: 200_000 });
  });

  it("counts what a naive list counts, whoever has a row", () => {
    const record = fc.record({
      agent: fc.constantFrom("a", "b", "c", "d", "e", "f", undefined),
      retries: fc.integer({ min: 1, max: 5 }),
      waitMs: fc.integer({ min: 0, max: 2_500 }),
      isLooked: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(record, { minLength: 20, maxLength: 60 }), (records) => {
        const raster = new RetryRaster(OPTIONS);
        const seen: { second: number; retries: number }[] = [];
        let nowMs = NOW_MS;
        for (const { agent, retries, waitMs, isLooked } of records) {
          nowMs += waitMs;
          raster.record(agent, "tool:x", retries, nowMs);
          seen.push({ second: Math.floor(nowMs / 1_000), retries });
          if (isLooked) raster.view(nowMs);
        }
        nowMs += 1_000;
        const { rows: named, others, retries: total, agents } = raster.view(nowMs);
        const last = Math.floor(nowMs / 1_000) - 1;
        const naive = Array.from({ length: OPTIONS.seconds }, (_, index) =>
          seen
            .filter(({ second }) => second === last - OPTIONS.seconds + 1 + index)
            .reduce((sum, { retries: count }) => sum + count, 0),
        );
        const shown = others.map(
          (count, index) => count + named.reduce((sum, row) => sum + row.retries[index]!, 0),
        );
        expect(shown).toEqual(naive);
        expect(total).toBe(naive.reduce((sum, count) => sum + count, 0));
        expect(named.length).toBeLessThanOrEqual(OPTIONS.rowsMax);
        expect(agents).toBeLessThanOrEqual(OPTIONS.agentsMax);
      }),
    );
  });
});
