import type { Action, Decision, Shape } from "@headway/core";
import type { Attempt } from "@headway/core/signals";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OpenGate } from "./open-gate.ts";

function attempt(startMs: number, durationMs: number, isRetry = false): Attempt {
  return {
    dependency: "tool:x",
    operation: "",
    agent: "a",
    priority: 3,
    startMs,
    durationMs,
    outcome: "ok",
    throttle: undefined,
    isRetry,
  };
}

function decision(action: Action, shape?: Shape, notBeforeMs?: number): Decision {
  return {
    id: "dec_1",
    version: 1,
    mode: "enforce",
    scope: { tenant: "default", dependency: "tool:x", priority: { from: 1, to: 5 } },
    action,
    ...(shape && { shape }),
    ...(notBeforeMs !== undefined && { notBeforeMs }),
    reason: { code: "x", summary: "", detections: [] },
    issuedAtMs: 0,
    expiresAtMs: 1e9,
    policyVersion: "default",
  };
}

describe("an open gate", () => {
  it.each([
    ["nothing lets through", undefined, false],
    ["proceed lets through", decision("proceed"), false],
    ["shed holds back", decision("shed"), true],
    ["hold without an end holds back", decision("hold"), true],
    ["hold just before its end holds back", decision("hold", undefined, 1_001), true],
    ["hold at its end lets through", decision("hold", undefined, 1_000), false],
    ["defer just before its end holds back", decision("defer", undefined, 1_001), true],
    ["a shape without limits lets through", decision("shape", {}), false],
    ["no retries hold back no call", decision("shape", { retries: 0 }), false],
  ])("under %s", (_name, told, isHeldBack) => {
    expect(new OpenGate().holdsBack(attempt(1_000, 10), told)).toBe(isHeldBack);
  });

  it("holds back a retry where there are to be none", () => {
    const none = decision("shape", { retries: 0 });
    expect(new OpenGate().holdsBack(attempt(0, 10, true), none)).toBe(true);
  });

  it("counts a rate over the second before, not at its far end", () => {
    const gate = new OpenGate();
    const rate = decision("shape", { ratePerSecond: 1 });
    expect(gate.holdsBack(attempt(0, 1), rate)).toBe(false);
    expect(gate.holdsBack(attempt(999, 1), rate)).toBe(true);
    expect(gate.holdsBack(attempt(1_000, 1), rate)).toBe(false);
  });

  it("lets as many be open as the shape says, by a naive recount", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 120 })), {
          minLength: 1,
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 200 }),
        (times, concurrency, fromMs) => {
          const attempts = times
            .map(([startMs, durationMs]) => attempt(startMs, durationMs))
            .toSorted((a, b) => a.startMs - b.startMs);
          const gate = new OpenGate();
          const told = decision("shape", { concurrency });
          const admitted: Attempt[] = [];
          for (const one of attempts) {
            const open = admitted.filter(
              (other) => other.startMs + other.durationMs > one.startMs,
            ).length;
            const isLimited = one.startMs >= fromMs;
            const expected = isLimited && open >= concurrency;
            expect(gate.holdsBack(one, isLimited ? told : undefined)).toBe(expected);
            if (!expected) admitted.push(one);
          }
        },
      ),
    );
  });
});
