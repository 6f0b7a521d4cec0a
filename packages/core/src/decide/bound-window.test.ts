import { describe, expect, it } from "vitest";
import { BoundWindow } from "./bound-window.ts";
import type { BoundSlice } from "./bound-window.ts";
import { timesOf } from "./fixtures/seconds.ts";

function slice(change: Partial<BoundSlice>): BoundSlice {
  return {
    endMs: 0,
    seconds: 1,
    good: 0,
    took: undefined,
    slow: 0,
    timeouts: 0,
    errors: 0,
    inFlight: 0,
    old: 0,
    late: 0,
    ...change,
  };
}

function windowOf(...slices: readonly Partial<BoundSlice>[]): BoundWindow {
  const window = new BoundWindow();
  for (const one of slices) window.push(slice(one), 3_000);
  return window;
}

describe("the last seconds", () => {
  it("are nothing before there are any", () => {
    const window = new BoundWindow();
    expect(window.last).toBeUndefined();
    expect([window.sum("good"), window.rate(), window.spentS]).toEqual([0, 0, 0]);
    expect(window.took).toBeUndefined();
  });

  it("go as far back as is kept, and what ended just then is out", () => {
    const window = windowOf(
      { endMs: 1_000, good: 1 },
      { endMs: 2_000, good: 10 },
      { endMs: 4_000, good: 100 },
    );
    expect(window.sum("good")).toBe(110);
    expect(window.last?.good).toBe(100);
  });

  it("can be looked at in part, from their end", () => {
    const window = windowOf(
      { endMs: 1_000, timeouts: 1 },
      { endMs: 2_000, timeouts: 10 },
      { endMs: 2_250, timeouts: 100, seconds: 0.25 },
    );
    expect(window.sum("timeouts", 250)).toBe(100);
    expect(window.sum("timeouts", 251)).toBe(110);
    expect(window.sum("timeouts")).toBe(111);
  });

  it("have a rate by the time that they took, however short the ticks were", () => {
    const window = windowOf({ endMs: 1_000, good: 20 }, { endMs: 1_250, good: 10, seconds: 0.25 });
    expect(window.rate()).toBe(24);
    expect(window.rate(250)).toBe(40);
  });

  it("know the attempt-seconds spent in flight, and the times that answers took", () => {
    const window = windowOf(
      { endMs: 1_000, inFlight: 8, took: timesOf([[1, 3]]) },
      { endMs: 1_500, inFlight: 4, seconds: 0.5 },
      { endMs: 2_500, inFlight: 1, took: timesOf([[4, 1]]) },
    );
    expect(window.spentS).toBe(8 + 2 + 1);
    expect(window.took).toMatchObject({ count: 4, sum: 7 });
  });

  it("begin anew with the last of them", () => {
    const window = windowOf({ endMs: 1_000, good: 1 }, { endMs: 2_000, good: 10 });
    window.restart();
    expect(window.sum("good")).toBe(10);
    window.push(slice({ endMs: 3_000, good: 100 }), 3_000);
    expect(window.sum("good")).toBe(110);
  });
});
