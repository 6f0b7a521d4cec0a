import type { Decision, EngineChange } from "@headway/core";
import type { Attempt } from "@headway/core/signals";
import { describe, expect, it } from "vitest";
import { DecisionLog } from "./decision-log.ts";

const decision = (version: number, concurrency: number): Decision => ({
  id: "dec_1",
  version,
  mode: "enforce",
  scope: { tenant: "default", dependency: "tool:x", priority: { from: 1, to: 5 } },
  action: "shape",
  shape: { concurrency },
  reason: { code: "standing_bound", summary: "", detections: [] },
  issuedAtMs: 1_000,
  expiresAtMs: 31_000,
  policyVersion: "default",
});

const change = (changed: Decision[], ended: Decision[] = []): EngineChange => ({
  version: 1,
  decisionsChanged: changed,
  decisionsEnded: ended,
  leasesChanged: new Map(),
  detectionsChanged: [],
  audit: [],
});

const attempt = (startMs: number, dependency = "tool:x"): Attempt => ({
  dependency,
  operation: "",
  agent: "a",
  priority: 3,
  startMs,
  durationMs: 1,
  outcome: "ok",
  throttle: undefined,
  isRetry: false,
});

describe("a log of decisions", () => {
  const log = new DecisionLog();
  log.changed(change([decision(1, 8)]), 1_000);
  log.changed(change([decision(2, 8)]), 2_000);
  log.changed(change([decision(3, 4)]), 3_000);
  log.changed(change([], [decision(3, 4)]), 4_000);

  it.each([
    [999, undefined],
    [1_000, 8],
    [2_999, 8],
    [3_000, 4],
    [3_999, 4],
    [4_000, undefined],
  ])("knows what stood at %i ms", (atMs, concurrency) => {
    expect(log.forAttempt(attempt(atMs))?.shape?.concurrency).toBe(concurrency);
    expect(log.forAttempt(attempt(atMs, "tool:y"))).toBeUndefined();
  });

  it("leaves out renewals that say the same", () => {
    const [run] = log.runs.values();
    expect([run?.fromMs, run?.toMs]).toEqual([1_000, 4_000]);
    expect(run?.versions.map(({ atMs }) => atMs)).toEqual([1_000, 3_000]);
  });
});
