import { describe, expect, it } from "vitest";
import type { Detection, Finding } from "./detection.ts";
import { Detections } from "./detections.ts";

const NORMAL: Finding = { state: "normal" };
const UNKNOWN: Finding = { state: "unknown" };
const abnormal = (severity = 0.5): Finding => ({
  state: "abnormal",
  severity,
  summary: `severity ${severity}`,
  evidence: { severity },
});

function create(resolvedMax = 1_000): Detections {
  let count = 0;
  return new Detections({ tenant: "default", nextId: () => `det_${(count += 1)}`, resolvedMax });
}

describe("detections", () => {
  it("carry one id from pending over firing to resolved", () => {
    const detections = create();
    const pending = detections.observe("tool:a", "saturation", abnormal(), 1_000);
    const firing = detections.observe("tool:a", "saturation", abnormal(), 3_000);
    expect(pending).toMatchObject({
      id: "det_1",
      state: "pending",
      startedAtMs: 1_000,
      firedAtMs: null,
    });
    expect(firing).toMatchObject({
      id: "det_1",
      state: "firing",
      startedAtMs: 1_000,
      firedAtMs: 3_000,
      resolvedAtMs: null,
    });
    expect(detections.observe("tool:a", "saturation", NORMAL, 4_000)).toBeUndefined();
    const resolved = detections.observe("tool:a", "saturation", NORMAL, 14_000);
    expect(resolved).toMatchObject({ id: "det_1", state: "resolved", resolvedAtMs: 14_000 });
    expect(detections.open()).toEqual([]);
    expect(detections.resolved()).toEqual([resolved]);
  });

  it("get a new id for a new life", () => {
    const detections = create();
    detections.observe("tool:a", "loop", abnormal(), 0);
    detections.observe("tool:a", "loop", NORMAL, 1_000);
    detections.observe("tool:a", "loop", NORMAL, 31_000);
    expect(detections.observe("tool:a", "loop", abnormal(), 32_000)).toMatchObject({
      id: "det_2",
      state: "firing",
    });
  });

  it("are told apart by dependency and kind", () => {
    const detections = create();
    detections.observe("tool:a", "failing", abnormal(), 0);
    detections.observe("tool:a", "degraded", abnormal(), 0);
    detections.observe("tool:b", "failing", abnormal(), 0);
    expect(detections.open().map(({ id }) => id)).toEqual(["det_1", "det_2", "det_3"]);
    expect(detections.openOf("tool:a").map(({ kind }) => kind)).toEqual(["failing", "degraded"]);
  });

  it("say once that a pending one came to nothing, and keep it out of the resolved", () => {
    const detections = create();
    detections.observe("tool:a", "saturation", abnormal(), 0);
    expect(detections.observe("tool:a", "saturation", NORMAL, 1_000)).toMatchObject({
      state: "resolved",
      firedAtMs: null,
    });
    expect(detections.observe("tool:a", "saturation", NORMAL, 2_000)).toBeUndefined();
    expect(detections.resolved()).toEqual([]);
  });

  it("report what changed of a firing one, and nothing while it stays", () => {
    const detections = create();
    detections.observe("tool:a", "failing", abnormal(0.5), 0);
    expect(detections.observe("tool:a", "failing", abnormal(0.5), 1_000)).toBeUndefined();
    expect(detections.observe("tool:a", "failing", abnormal(0.8), 2_000)).toMatchObject({
      severity: 0.8,
      evidence: { severity: 0.8 },
    });
    expect(detections.observe("tool:a", "failing", UNKNOWN, 3_000)).toBeUndefined();
    expect(detections.open()[0]).toMatchObject({ severity: 0.8, firedAtMs: 0 });
  });

  it("report a change of severity though the words stay", () => {
    const detections = create();
    const said = (severity: number): Finding => ({
      state: "abnormal",
      severity,
      summary: "slow",
      evidence: {},
    });
    detections.observe("tool:a", "failing", said(0.5), 0);
    expect(detections.observe("tool:a", "failing", said(0.6), 1_000)).toMatchObject({
      severity: 0.6,
    });
  });

  it("name the agent that the finding names", () => {
    const finding: Finding = {
      state: "abnormal",
      severity: 1,
      summary: "loop",
      evidence: {},
      agent: "kyc-7",
    };
    expect(create().observe("tool:a", "loop", finding, 0)?.agent).toBe("kyc-7");
  });

  it("keep no more resolved ones than asked, the latest", () => {
    const detections = create(2);
    for (let life = 0; life < 3; life += 1) {
      detections.observe("tool:a", "failing", abnormal(), life * 100_000);
      detections.observe("tool:a", "failing", NORMAL, life * 100_000 + 1_000);
      detections.observe("tool:a", "failing", NORMAL, life * 100_000 + 50_000);
    }
    expect(detections.resolved().map(({ id }) => id)).toEqual(["det_2", "det_3"]);
  });

  it("close with the dependency that is forgotten", () => {
    const detections = create();
    detections.observe("tool:a", "failing", abnormal(), 0);
    expect(detections.forget("tool:a", 5_000)).toMatchObject([
      { id: "det_1", state: "resolved", resolvedAtMs: 5_000 },
    ]);
    expect(detections.open()).toEqual([]);
  });

  it("go on after a restart where they were, the time that passed included", () => {
    const detections = create();
    detections.observe("tool:a", "failing", abnormal(), 0);
    detections.observe("tool:a", "failing", NORMAL, 1_000);
    detections.observe("tool:a", "saturation", abnormal(), 1_000);
    const twin = create();
    twin.restore(JSON.parse(JSON.stringify(detections.state())));
    expect(twin.open()).toEqual(detections.open());
    const last = (each: Detections): (Detection | undefined)[] => [
      each.observe("tool:a", "failing", NORMAL, 6_000),
      each.observe("tool:a", "saturation", abnormal(), 3_000),
    ];
    expect(last(twin)).toEqual(last(detections));
  });

  it.each([undefined, null, 7, {}, { open: 1 }, { open: [null, { life: {}, detection: {} }] }])(
    "ignore a state that is none: %j",
    (state) => {
      const detections = create();
      detections.restore(state);
      expect(detections.open()).toEqual([]);
    },
  );
});
