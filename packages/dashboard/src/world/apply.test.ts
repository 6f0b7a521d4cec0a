import { describe, expect, it } from "vitest";
import {
  AT_MS,
  dependencyFixture,
  detectionFixture,
  nowFixture,
  viewFixture,
} from "../fixtures/world-fixture.ts";
import { applyDelta, worldOf } from "./apply.ts";
import { RECENT_SECONDS_MAX } from "./world.ts";
import type { World } from "./world.ts";

const at = (ms: number): string => new Date(AT_MS + ms).toISOString();
const applied = (world: World, delta: Parameters<typeof applyDelta>[1]): World => {
  const next = applyDelta(world, delta);
  if (next === null) throw new Error("the delta did not apply");
  return next;
};

describe("a delta", () => {
  const world = worldOf(viewFixture());

  it("merges into what is known, and leaves the rest as it was", () => {
    const now = nowFixture({ inFlight: 40 });
    const next = applied(world, {
      frame: 2,
      after: 1,
      serverTime: at(0),
      dependencies: [{ id: "http:idp", state: "failing", now }],
    });
    expect(next.rows.get("http:idp")).toMatchObject({
      state: "failing",
      usualMs: 100,
      now: { inFlight: 40 },
    });
    expect(next.rows.get("tool:idp_lookup")).toBe(world.rows.get("tool:idp_lookup"));
    expect(world.rows.get("http:idp")?.state).toBe("healthy");
  });

  it("of another frame than ours can't be applied", () => {
    expect(applyDelta(world, { frame: 3, after: 2, serverTime: at(0) })).toBeNull();
  });

  it("brings new dependencies and takes gone ones away", () => {
    const next = applied(world, {
      frame: 2,
      after: 1,
      serverTime: at(0),
      dependencies: [dependencyFixture("db:x")],
      dependenciesGone: ["http:idp"],
    });
    expect([...next.rows.keys()]).toEqual(["tool:idp_lookup", "db:x"]);
  });

  it("of a part of a dependency that is not known is left out, for there is nothing to merge it with", () => {
    const next = applied(world, {
      frame: 2,
      after: 1,
      serverTime: at(0),
      dependencies: [{ id: "db:x", trouble: 1 }],
    });
    expect(next.rows.has("db:x")).toBe(false);
  });

  it("adds one second to what is drawn, however many deltas a second has", () => {
    const lengths: number[] = [];
    let next = world;
    for (const [frame, ms] of [
      [2, 100],
      [3, 900],
      [4, 1_000],
      [5, 1_500],
      [6, 2_000],
    ] as const) {
      next = applied(next, { frame, after: frame - 1, serverTime: at(ms) });
      lengths.push(next.rows.get("http:idp")!.recent.p95Ms.length);
    }
    expect(lengths).toEqual([1, 1, 2, 2, 3]);
  });

  it("never lets what is drawn grow past its end", () => {
    let next = world;
    for (let second = 1; second <= RECENT_SECONDS_MAX + 20; second += 1)
      next = applied(next, {
        frame: second + 1,
        after: second,
        serverTime: at(second * 1_000),
        dependencies: [{ id: "http:idp", now: nowFixture({ p95Ms: second }) }],
      });
    const { p95Ms } = next.rows.get("http:idp")!.recent;
    expect(p95Ms).toHaveLength(RECENT_SECONDS_MAX);
    expect(p95Ms.at(-1)).toBe(RECENT_SECONDS_MAX + 20);
  });

  it("goes on with a detection's series by the dependency's own number, and ends the ones gone", () => {
    const firing = worldOf(
      viewFixture({
        detections: [
          detectionFixture("http:idp"),
          detectionFixture("tool:idp_lookup", { severity: 0.9 }),
        ],
      }),
    );
    const { series: _series, ...known } = detectionFixture("http:idp", { severity: 0.95 });
    const next = applied(firing, {
      frame: 2,
      after: 1,
      serverTime: at(1_000),
      detections: [known],
      detectionsGone: ["det_tool:idp_lookup"],
    });
    expect(next.detections.map(({ id }) => id)).toEqual(["det_http:idp"]);
    expect(next.detections[0]!.series.values).toEqual([1, 2, 3, 100]);
  });

  it("draws no gap where the second that is not over comes as an empty one", () => {
    const series = { ...detectionFixture("http:idp").series, values: [1, 2, null] };
    const firing = worldOf(viewFixture({ detections: [detectionFixture("http:idp", { series })] }));
    const next = applied(firing, { frame: 2, after: 1, serverTime: at(1_000) });
    expect(next.detections[0]!.series.values).toEqual([1, 2, 100]);
  });

  it("changes edges by their two ends", () => {
    const edge = {
      from: "tool:idp_lookup",
      to: "http:idp",
      callsPerSecond: 3,
      amplification: 2,
      isSpreading: true,
    };
    const next = applied(world, {
      frame: 2,
      after: 1,
      serverTime: at(0),
      edges: [edge],
      edgesGone: [{ from: "agents", to: "tool:idp_lookup" }],
    });
    expect(next.edges).toEqual([edge]);
  });
});

describe("a snapshot after a gap", () => {
  it("keeps the seconds that the page collected when none is missing", () => {
    const world = worldOf(viewFixture());
    const next = applied(world, { frame: 2, after: 1, serverTime: at(1_000) });
    const again = worldOf(viewFixture({ serverTime: at(1_500), frame: 9 }), next);
    expect(again.rows.get("http:idp")!.recent.p95Ms).toHaveLength(2);
  });

  it("forgets them when some are: a line over a gap would be a lie", () => {
    const again = worldOf(
      viewFixture({ serverTime: at(30_000), frame: 9 }),
      worldOf(viewFixture()),
    );
    expect(again.rows.get("http:idp")!.recent.p95Ms).toHaveLength(1);
  });
});
