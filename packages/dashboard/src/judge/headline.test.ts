import { describe, expect, it } from "vitest";
import type { LiveDependency, LiveDetection } from "@headway/service/live";
import {
  actionFixture,
  dependencyFixture,
  detectionFixture,
  viewFixture,
} from "../fixtures/world-fixture.ts";
import { worldOf } from "../world/apply.ts";
import { headline } from "./headline.ts";
import { sayAction, sayActionShortly } from "./say-action.ts";
import { byTrouble } from "./trouble.ts";

function headlineOf(dependencies: LiveDependency[], detections: LiveDetection[] = []) {
  const world = worldOf(viewFixture({ dependencies, detections }));
  return headline(world, byTrouble(world));
}

describe("the headline", () => {
  it("is calm while nothing is wrong, and says when it knows nothing", () => {
    expect(headlineOf([dependencyFixture("tool:a")])).toMatchObject({ tone: "calm", row: null });
    expect(headlineOf([dependencyFixture("tool:a", { state: "unknown" })]).tone).toBe("unknown");
    expect(headlineOf([])).toMatchObject({
      tone: "unknown",
      title: "Nothing has been reported yet",
    });
  });

  it("names the root cause, however much worse its victim looks", () => {
    const said = headlineOf(
      [
        dependencyFixture("tool:idp_lookup", {
          state: "failing",
          trouble: 3.9,
          rootCause: "http:idp",
          detections: ["det_tool:idp_lookup"],
        }),
        dependencyFixture("http:idp", {
          state: "degraded",
          trouble: 4.2,
          isRoot: true,
          detections: ["det_http:idp"],
        }),
        dependencyFixture("db:other", { state: "degraded", trouble: 2.1, detections: ["x"] }),
      ],
      [
        detectionFixture("http:idp"),
        detectionFixture("tool:idp_lookup", { kind: "failing", severity: 1 }),
      ],
    );
    expect(said).toMatchObject({
      tone: "warn",
      title: "idp is slow",
      isCause: true,
      reached: ["tool:idp_lookup"],
    });
    expect(said.others.map(({ id }) => id)).toEqual(["db:other"]);
  });

  it("calls a lone trouble its own cause only while all that it calls is well", () => {
    const slow = (id: string) =>
      dependencyFixture(id, { state: "degraded", trouble: 2.5, detections: [`det_${id}`] });
    expect(headlineOf([slow("tool:idp_lookup"), dependencyFixture("http:idp")]).isCause).toBe(true);
    const both = headlineOf([slow("tool:idp_lookup"), { ...slow("http:idp"), trouble: 2.1 }]);
    expect(both).toMatchObject({ title: "idp_lookup is slow", isCause: false });
  });

  it("says that calls fail before that they are slow, whichever is more severe", () => {
    const row = dependencyFixture("tool:a", {
      state: "degraded",
      trouble: 2,
      detections: ["1", "2"],
    });
    const said = headlineOf(
      [row],
      [
        detectionFixture("tool:a", { severity: 1 }),
        detectionFixture("tool:a", { id: "2", kind: "failing", severity: 0.1 }),
      ],
    );
    expect(said).toMatchObject({
      tone: "bad",
      title: "a is failing",
      evidence: { kind: "failing" },
    });
  });

  it("shows the operator's hand before the engine's, and an engine's before a standing bound", () => {
    const bound = actionFixture({
      action: "shape",
      shape: { concurrency: 37 },
      reason: { code: "standing_bound", summary: "" },
    });
    const override = actionFixture({
      action: "proceed",
      reason: { code: "override", summary: "" },
    });
    const of = (actions: LiveDependency["actions"]) =>
      headlineOf([dependencyFixture("tool:a", { state: "degraded", trouble: 2, actions })]).action;
    expect(of([bound])).toBe(bound);
    expect(of([bound, actionFixture()])?.action).toBe("hold");
    expect(of([actionFixture(), override])?.action).toBe("proceed");
  });

  it("does not let a forgotten override of a calm fleet go unseen", () => {
    const override = {
      action: "hold",
      priority: { from: 1, to: 5 },
      until: "",
      why: "drill",
      by: "ada",
    };
    expect(headlineOf([dependencyFixture("tool:a", { override, trouble: 1 })])).toMatchObject({
      tone: "calm",
      row: { id: "tool:a" },
    });
  });
});

describe("an action in words", () => {
  it.each([
    [actionFixture(), "holds priorities 3–5 back", "hold p3–5"],
    [
      actionFixture({ action: "shed", priority: { from: 5, to: 5 } }),
      "turns priority 5 away",
      "shed p5",
    ],
    [
      actionFixture({
        action: "shape",
        priority: { from: 1, to: 5 },
        shape: { concurrency: 37.4, retries: 0 },
      }),
      "limits all priorities to 37 at once, no retries",
      "limit 37 at once, no retries",
    ],
    [actionFixture({ action: "sing" }), "lets priorities 3–5 through", "sing p3–5"],
  ])("is %j", (action, sentence, short) => {
    expect(sayAction(action)).toBe(sentence);
    expect(sayActionShortly(action)).toBe(short);
  });
});

describe("the order of the table", () => {
  it("does not change because a healthy rate or a severity trembles", () => {
    const order = (first: number, second: number) =>
      byTrouble(
        worldOf(
          viewFixture({
            dependencies: [
              dependencyFixture("tool:b", { trouble: first }),
              dependencyFixture("tool:a", { trouble: second }),
            ],
          }),
        ),
      ).map(({ id }) => id);
    expect(order(2.41, 2.38)).toEqual(["tool:a", "tool:b"]);
    expect(order(2.38, 2.41)).toEqual(["tool:a", "tool:b"]);
    expect(order(3.0, 2.4)).toEqual(["tool:b", "tool:a"]);
  });
});
