import { describe, expect, it } from "vitest";
import { Endings } from "./endings.ts";
import { histogramOf, windowOf } from "./fixtures/windows.ts";

const DURATIONS = Array.from({ length: 2_000 }, (_, index) => 0.05 + (index % 100) / 500);
const OPEN = Array.from({ length: 20 }, () => 0.1);

function ready(): Endings {
  const endings = new Endings();
  endings.learn(histogramOf(DURATIONS)!);
  // The window before: nobody is open yet.
  expect(endings.observe(windowOf())).toBeUndefined();
  return endings;
}

/** 20 calls have come of age in this window, and as many more ended as given. */
function sampleAfter(
  outcomes: Partial<Record<"ok" | "error" | "throttled" | "timeout" | "cancelled", number>>,
) {
  return ready().observe(windowOf({ outcomes, ages: histogramOf(OPEN), inFlight: 20 }));
}

describe("endings", () => {
  it("are fewer than expected where calls grow old and none ends", () => {
    expect(sampleAfter({})?.value).toBeGreaterThan(1);
  });

  it.each(["ok", "error", "throttled"] as const)("by %s are endings", (outcome) => {
    const { value = Number.NaN } = sampleAfter({ [outcome]: 10 }) ?? {};
    expect(value).toBeCloseTo((sampleAfter({})?.value ?? 0) - Math.log(11), 9);
  });

  it.each(["timeout", "cancelled"] as const)(
    "by %s are none: the call had not ended yet",
    (outcome) => {
      expect(sampleAfter({ [outcome]: 10 })).toEqual(sampleAfter({}));
    },
  );

  it("say nothing where nothing was open or ended, nor before it is known how long calls take", () => {
    expect(ready().observe(windowOf())).toBeUndefined();
    expect(new Endings().observe(windowOf({ ages: histogramOf(OPEN) }))).toBeUndefined();
  });

  it.each([
    ["one that is as old as half of all become", [0.15], false],
    [
      "one that is older than all of 2,000 became: once in 2,000 is not once in a million",
      [60],
      false,
    ],
    ["three such", [60, 60, 60], true],
    ["twenty that are as old as half become", Array.from({ length: 20 }, () => 0.15), false],
    ["twenty that are nearly as old as any became", Array.from({ length: 20 }, () => 0.245), true],
  ])("say of open calls whether they are too old: %s", (_, ages, isTooLong) => {
    expect(ready().isOpenTooLong(histogramOf(ages), 1e6)).toBe(isTooLong);
  });

  it("say nothing of ages before it is known how long calls take, nor where nothing is open", () => {
    expect(new Endings().isOpenTooLong(histogramOf([60, 60, 60]), 1e6)).toBe(false);
    expect(ready().isOpenTooLong(undefined, 1e6)).toBe(false);
  });
});
