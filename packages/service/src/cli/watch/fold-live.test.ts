import { describe, expect, it } from "vitest";
import { liveDependency, STORM } from "./fixtures/live-documents.ts";
import { foldLive, watchViewOf } from "./fold-live.ts";

const serverTime = "2026-11-22T10:15:01.000Z";
const view = watchViewOf(STORM);

describe("a delta of the live view", () => {
  it("changes what it names, and nothing else", () => {
    const next = foldLive(view, {
      frame: 2,
      after: 1,
      serverTime,
      dependencies: [{ id: "tool:ledger", state: "degraded" }, liveDependency("tool:new")],
      dependenciesGone: ["tool:screening"],
      detectionsGone: ["det_1"],
      log: [{ ...STORM.log[0]!, kind: "detection.resolved" }],
    })!;
    expect([...next.dependencies.keys()].toSorted()).toEqual([
      "tool:idp_lookup",
      "tool:ledger",
      "tool:new",
    ]);
    expect(next.dependencies.get("tool:ledger")).toEqual({
      ...view.dependencies.get("tool:ledger"),
      state: "degraded",
    });
    expect(next.detections.size).toBe(0);
    expect(next.log.map(({ kind }) => kind)).toEqual(["detection.resolved", "decision.issued"]);
    expect(next).toMatchObject({ frame: 2, serverTime, savings: STORM.savings });
    expect(view.dependencies.size).toBe(3);
  });

  it("that follows another frame can't be used", () => {
    expect(foldLive(view, { frame: 4, after: 3, serverTime })).toBeNull();
  });

  it("with a part of a dependency nobody knows is left alone", () => {
    const delta = { frame: 2, after: 1, serverTime, dependencies: [{ id: "tool:x", trouble: 1 }] };
    expect(foldLive(view, delta)?.dependencies.has("tool:x")).toBe(false);
  });
});
