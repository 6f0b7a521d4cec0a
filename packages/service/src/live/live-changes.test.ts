import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LiveApi } from "./fixtures/live-api.ts";
import { merge } from "./fixtures/merge.ts";
import { changesBetween } from "./live-changes.ts";
import { LivePicture } from "./live-picture.ts";
import { LiveRecords } from "./live-records.ts";
import type { LiveView } from "./live-view.ts";

let api: LiveApi;
let picture: LivePicture;
let frame: number;

beforeEach(async () => {
  api = await LiveApi.create();
  const tenant = api.coordinator.tenant("default");
  const records = new LiveRecords(tenant, api.coordinator.now());
  picture = new LivePicture({ tenant, records, streaming: () => new Set(["worker-1"]) });
  frame = 0;
});

afterEach(() => api.close());

function take(): LiveView {
  frame += 1;
  return picture.take(api.clock.nowMs, frame);
}

/** Lists by id have no order of their own, and a series that was sent once is the reader's to go on with. */
function known(view: LiveView) {
  return {
    ...view,
    dependencies: new Map(view.dependencies.map((dependency) => [dependency.id, dependency])),
    detections: new Map(view.detections.map(({ series: _series, ...claim }) => [claim.id, claim])),
    graph: new Map(view.graph.edges.map((edge) => [`${edge.from} ${edge.to}`, edge])),
    raster: view.raster.retries === 0 ? null : view.raster,
  };
}

describe("changesBetween", () => {
  it("lets a reader who merges them hold what it would be sent anew, through a storm and out of it", () => {
    api.seconds(30);
    let held = take();
    let before = held;
    let told = 0;
    for (let second = 0; second < 240; second += 1) {
      const failing = second > 5 && second < 60 ? 3 : 0;
      api.second({ failing });
      if (second === 20) overrideNow("tool:t4");
      if (second === 40) api.coordinator.tenant("default").engine.clearOverride("tool:t4", "me", 1);
      const after = take();
      const delta = changesBetween(before, after, { withHeardTimes: true });
      held = merge(held, structuredClone(delta));
      expect(known(held)).toEqual(known(after));
      before = after;
      told += (delta.detectionsGone?.length ?? 0) + (delta.log?.length ?? 0);
    }
    // The storm has come, been told, and gone.
    expect(told).toBeGreaterThan(10);
    expect(held.log.map(({ kind }) => kind)).toContain("override.cleared");
  });

  it("says nothing of what has not changed", () => {
    api.seconds(3);
    const before = take();
    const after = take();
    expect(changesBetween(before, after, { withHeardTimes: true })).toEqual({
      frame: 2,
      after: 1,
      serverTime: after.serverTime,
    });
  });

  it("sends of a dependency only the fields that changed", () => {
    api.seconds(3);
    const before = take();
    api.second();
    const { dependencies = [] } = changesBetween(before, take(), { withHeardTimes: false });
    expect(dependencies.length).toBeGreaterThan(0);
    const fields = new Set(dependencies.flatMap((patch) => Object.keys(patch)));
    fields.delete("usualMs");
    expect([...fields].toSorted()).toEqual(["id", "now"]);
  });

  it("tells when processes were heard from only when asked to", () => {
    api.seconds(3);
    const before = take();
    api.second();
    const after = take();
    expect(changesBetween(before, after, { withHeardTimes: false }).connections).toBeUndefined();
    expect(changesBetween(before, after, { withHeardTimes: true }).connections).toEqual(
      after.connections,
    );
  });
});

function overrideNow(dependency: string): void {
  api.coordinator.tenant("default").engine.override(
    {
      dependency,
      action: "hold",
      priority: { from: 1, to: 5 },
      untilMs: api.clock.nowMs + 3_600_000,
      why: "test",
      by: "me",
    },
    api.clock.nowMs,
  );
}
