import type { Decision, EngineChange } from "@headway/core";
import { expect, it } from "vitest";
import { DecisionLog } from "./decision-log.ts";

function decision(id: string, action: Decision["action"]): Decision {
  return {
    id,
    version: 1,
    mode: "enforce",
    scope: { tenant: "default", dependency: "tool:x", priority: { from: 1, to: 5 } },
    action,
    reason: { code: "failing", summary: "", detections: [] },
    issuedAtMs: 0,
    expiresAtMs: 1,
    policyVersion: "lab",
  };
}

function change(decisionsChanged: Decision[], decisionsEnded: Decision[] = []): EngineChange {
  const nothing = { leasesChanged: new Map(), detectionsChanged: [], audit: [] };
  return { version: 1, decisionsChanged, decisionsEnded, ...nothing };
}

it("notes a decision when it is issued and when it acts otherwise, not when it is renewed", () => {
  const log = new DecisionLog();
  log.note(change([decision("a", "shape"), decision("b", "defer")]), 1_000);
  log.note(change([decision("a", "shape")]), 2_000);
  log.note(change([decision("a", "hold")]), 3_000);
  log.note(change([], [decision("a", "hold")]), 4_000);
  log.note(change([decision("a", "hold")]), 5_000);
  expect(log.issued.map(({ atMs, id, action }) => [atMs, id, action])).toEqual([
    [1_000, "a", "shape"],
    [1_000, "b", "defer"],
    [3_000, "a", "hold"],
    [5_000, "a", "hold"],
  ]);
  expect(log.holdsAtMs).toEqual([1_000, 3_000, 5_000]);
});
