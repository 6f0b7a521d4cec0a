import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Lockout } from "./lockout.ts";

describe("a lockout", () => {
  it("begins with one failure more than a minute allows, and ends by itself", () => {
    const lockout = new Lockout({ failuresPerMinute: 2, forS: 10 });
    expect([0, 30_000, 59_999].map((ms) => lockout.failed(7, ms))).toEqual([false, false, true]);
    expect(lockout.isOut(7, 69_998)).toBe(true);
    expect(lockout.isOut(7, 69_999)).toBe(false);
  });

  it("does not begin when they are spread over a minute", () => {
    const lockout = new Lockout({ failuresPerMinute: 2, forS: 10 });
    expect([0, 30_000, 60_000].map((ms) => lockout.failed(7, ms))).toEqual([false, false, false]);
    expect(lockout.failed(7, 60_001)).toBe(true);
  });

  it("is of one client only", () => {
    const lockout = new Lockout({ failuresPerMinute: 0, forS: 10 });
    lockout.failed(7, 0);
    expect([lockout.isOut(7, 1), lockout.isOut(8, 1)]).toEqual([true, false]);
  });

  it("agrees with a recount of all failures since the last lockout", () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 100, maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 0, max: 8 }), (gapsMs, failuresPerMinute) => {
        const lockout = new Lockout({ failuresPerMinute, forS: 30 });
        let nowMs = 0;
        let untilMs = 0;
        let failures: number[] = [];
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          const isOut = nowMs < untilMs;
          if (!isOut) failures.push(nowMs);
          const recent = failures.filter((ms) => nowMs - ms < 60_000).length;
          const locks = !isOut && recent > failuresPerMinute;
          if (locks) [untilMs, failures] = [nowMs + 30_000, []];
          expect(lockout.failed(1, nowMs)).toBe(locks);
          expect(lockout.isOut(1, nowMs)).toBe(nowMs < untilMs);
        }
      }),
    );
  });
});
