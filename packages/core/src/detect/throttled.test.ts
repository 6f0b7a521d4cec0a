import { describe, expect, it } from "vitest";
import { windowOf } from "./fixtures/windows.ts";
import { statesOf } from "./fixtures/told.ts";
import { Throttled } from "./throttled.ts";

const at = (second: number, ok: number, throttled = 0, retryAfterMax?: number) =>
  windowOf({
    endMs: second * 1_000,
    outcomes: { ok, throttled },
    throttles: { rate: throttled, quota: 0, overloaded: 0 },
    retryAfterMax,
  });

describe("throttled", () => {
  it("needs one throttled answer", () => {
    expect(statesOf(new Throttled(), [at(1, 50), at(2, 49, 1)])).toEqual(["normal", "abnormal"]);
  });

  it("is unknown until the Retry-After has passed, then normal with the first answers that are not throttled", () => {
    expect(
      statesOf(new Throttled(), [at(1, 9, 1, 3), at(2, 10), at(3, 0), at(4, 0), at(5, 1)]),
    ).toEqual(["abnormal", "unknown", "unknown", "unknown", "normal"]);
  });

  it("does not let a later, shorter Retry-After shorten an earlier one", () => {
    const detector = new Throttled();
    detector.observe(at(1, 0, 1, 10));
    expect(detector.observe(at(2, 0, 1, 1))).toMatchObject({
      evidence: { notBeforeMs: 11_000, retryAfterS: 1 },
    });
  });

  it.each([
    [{ rate: 5, quota: 1, overloaded: 1 }, "quota"],
    [{ rate: 5, quota: 0, overloaded: 1 }, "overloaded"],
    [{ rate: 5, quota: 0, overloaded: 0 }, "rate"],
    [{ rate: 0, quota: 0, overloaded: 0 }, "rate"],
  ])("names the limit that lasts longest of %j: %s", (throttles, reason) => {
    const window = windowOf({ outcomes: { ok: 1, throttled: 7 }, throttles });
    expect(new Throttled().observe(window)).toMatchObject({
      state: "abnormal",
      evidence: { reason },
    });
  });

  it("is as severe as the share of answers that are throttled", () => {
    const window = windowOf({
      outcomes: { ok: 2, error: 1, throttled: 9, refused: 100, cancelled: 100 },
      throttles: { rate: 9, quota: 0, overloaded: 0 },
      retryAfterMax: 2,
    });
    expect(new Throttled().observe(window)).toMatchObject({
      severity: 0.75,
      summary: "9 of 12 answers throttled: over its rate limit; asks for 2 s",
    });
  });
});
