import { describe, expect, it } from "vitest";
import { BoundWindow } from "./bound-window.ts";
import type { BoundSlice } from "./bound-window.ts";
import { sampleOf, timesOf } from "./fixtures/seconds.ts";
import type { Second } from "./fixtures/seconds.ts";
import { Slowness } from "./slowness.ts";
import type { SlownessSign, UsualPace } from "./slowness.ts";

/** Forty-eight answers a second of half a second each. */
const usual: UsualPace = { latencyS: 0.5, inFlight: 24, rate: 48, oldShare: 0 };
const slowness = new Slowness();

function windowOf(...slices: readonly Partial<BoundSlice>[]): BoundWindow {
  const window = new BoundWindow();
  for (const [at, change] of slices.entries())
    window.push(
      {
        endMs: 1_000 * (at + 1),
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
      },
      60_000,
    );
  return window;
}

/** The sign in a second that follows some usual ones. */
function signOf(second: Second, pace = usual): SlownessSign | undefined {
  const sample = sampleOf(4_000, second);
  const { ok } = sample.flow.outcomes;
  const slow = slowness.slowOf(sample.flow, pace.latencyS);
  const before = { good: 48 };
  return slowness.signOf(sample, windowOf(before, before, before, { good: ok, slow }), pace);
}

describe("an answer is slow, and an attempt is old", () => {
  it("after twice the usual time, and after one and three quarters of it", () => {
    const { flow } = sampleOf(0, { ok: 9, latencyS: 0.9, slow: 4, slowS: 1.1 });
    expect(slowness.slowOf(flow, 0.5)).toBe(4);
    const ages = timesOf([
      [0.8, 9],
      [0.95, 3],
    ]);
    expect(slowness.oldOf(ages, 0.5)).toBe(3);
  });

  it("never, while nothing is known or there is none", () => {
    const { flow } = sampleOf(0, { ok: 5, latencyS: 60 });
    expect(slowness.slowOf(flow, undefined)).toBe(0);
    expect(slowness.slowOf(sampleOf(0, {}).flow, 0.5)).toBe(0);
    expect(slowness.oldOf(timesOf([[60, 5]]), undefined)).toBe(0);
    expect(slowness.oldOf(undefined, 0.5)).toBe(0);
  });
});

describe("the sign", () => {
  it.each<[string, Second, SlownessSign | undefined]>([
    ["all is as ever", { ok: 48, inFlight: 24 }, undefined],
    ["more than half of the answers are slow", { ok: 4, slow: 5 }, "slow"],
    ["half of the answers are slow", { ok: 5, slow: 5 }, undefined],
    ["there are too few answers for a median", { slow: 4 }, undefined],
    ["one in twenty times out", { ok: 38, timeout: 2 }, undefined],
    ["more than one in twenty times out", { ok: 37, timeout: 2 }, "late"],
    ["one caller times out, of few", { ok: 3, timeout: 1 }, undefined],
    [
      "attempts get old",
      {
        ok: 48,
        ages: [
          [1, 5],
          [0.1, 25],
        ],
      },
      "late",
    ],
    [
      "few attempts get old",
      {
        ok: 48,
        ages: [
          [1, 4],
          [0.1, 4],
        ],
      },
      undefined,
    ],
    [
      "a small share of them gets old",
      {
        ok: 48,
        ages: [
          [1, 5],
          [0.1, 35],
        ],
      },
      undefined,
    ],
    ["more are in flight while fewer answers come", { ok: 20, inFlight: 60 }, "late"],
    ["more are in flight, and answers come", { ok: 40, inFlight: 60 }, undefined],
    ["fewer answers come of as few in flight", { ok: 20, inFlight: 24 }, undefined],
    ["hardly any answers come of not twice as many in flight", { ok: 10, inFlight: 40 }, undefined],
  ])("when %s: %j is %s", (_, second, sign) => {
    expect(signOf(second)).toBe(sign);
  });

  it("is slow where both are: what has come back says more than what is overdue", () => {
    expect(signOf({ ok: 2, slow: 6, timeout: 9, ages: [[4, 20]] })).toBe("slow");
  });

  it("is seen of a slow service over the whole window, where a second has few answers", () => {
    const few = { good: 2, slow: 2 };
    const sample = sampleOf(3_000, { slow: 2 });
    expect(slowness.signOf(sample, windowOf(few, few), usual)).toBeUndefined();
    expect(slowness.signOf(sample, windowOf(few, few, few), usual)).toBe("slow");
  });

  it("is no sign that attempts get old where many always do: it takes four times the usual share", () => {
    const ages = [
      [1, 10],
      [0.1, 30],
    ] as const;
    expect(signOf({ ok: 48, ages })).toBe("late");
    expect(signOf({ ok: 48, ages }, { ...usual, oldShare: 0.1 })).toBeUndefined();
  });

  it("is not made of the first quarter of a second, which has heard of few processes", () => {
    const early = windowOf({ good: 48 }, { good: 3, seconds: 0.25 });
    const sample = sampleOf(1_250, { seconds: 0.25, ok: 3, inFlight: 60 });
    const within = new BoundWindow();
    within.push({ ...early.last!, endMs: 1_000, good: 48, seconds: 1 }, 60_000);
    within.push({ ...early.last!, endMs: 1_250 }, 60_000);
    expect(slowness.signOf(sample, within, usual)).toBeUndefined();
  });

  it("is not made of more in flight than usual where the answers that come take so many", () => {
    const second: Second = { ok: 30, inFlight: 22 };
    expect(signOf(second, { ...usual, inFlight: 10 })).toBeUndefined();
    expect(signOf({ ...second, inFlight: 46 }, { ...usual, inFlight: 10 })).toBe("late");
  });

  it("takes answers by the second, whether a tick after a tenth of one tells of them or one after ten", () => {
    const filling = (seconds: number, good: number): SlownessSign | undefined =>
      slowness.signOf(
        sampleOf(1_000, { seconds, ok: good, inFlight: 60 }),
        windowOf({ seconds, good }),
        usual,
      );
    expect(filling(0.1, 20)).toBe("late");
    expect(filling(10, 200)).toBe("late");
    expect(filling(0.1, 40)).toBeUndefined();
    expect(filling(10, 400)).toBeUndefined();
  });

  it("is not made of fewer answers where there are hardly any in good times", () => {
    const rare = { ...usual, rate: 4, inFlight: 2 };
    const sample = sampleOf(1_000, { inFlight: 9 });
    expect(slowness.signOf(sample, windowOf({}), rare)).toBeUndefined();
  });
});

describe("most come back as fast as ever", () => {
  it.each([
    [60, 40, true, true],
    [59, 41, false, true],
    [50, 50, false, true],
    [49, 51, false, false],
  ])("where %i do and %i are late: %s, and if they did before %s", (good, late, first, still) => {
    const window = windowOf({ good, late });
    expect(slowness.areFast(window, usual, false)).toBe(first);
    expect(slowness.areFast(window, usual, true)).toBe(still);
  });

  it("is not said of answers that are good and slow", () => {
    expect(slowness.areFast(windowOf({ good: 100, slow: 50, late: 50 }), usual, false)).toBe(false);
  });

  it("is not said of so few, nor before what was sent since the sign can have come back", () => {
    expect(slowness.areFast(windowOf({ good: 4 }), usual, false)).toBe(false);
    expect(slowness.areFast(windowOf({ good: 9, seconds: 0.4 }), usual, false)).toBe(false);
    expect(slowness.areFast(windowOf({ good: 9 }), { ...usual, latencyS: 3 }, false)).toBe(false);
    const three = windowOf({ good: 3 }, { good: 3 }, { good: 3 });
    expect(slowness.areFast(three, { ...usual, latencyS: 3 }, false)).toBe(true);
  });
});
