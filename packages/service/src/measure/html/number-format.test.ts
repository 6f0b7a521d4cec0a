import { expect, it } from "vitest";
import {
  formatClock,
  formatCount,
  formatCountOf,
  formatDayClock,
  formatFactor,
  formatMean,
  formatMoment,
  formatMoney,
  formatMs,
  formatSeconds,
  formatShare,
} from "./number-format.ts";

it("keeps a number and its unit on one line", () => {
  expect(formatMs(1_230)).toBe("1.2\u00A0s");
  expect(formatSeconds(250)).toBe("4\u00A0min\u00A010\u00A0s");
  expect(formatShare(0.314)).toBe("31\u00A0%");
  expect(formatCountOf(2, "retry", "retries")).toBe("2\u00A0retries");
  expect(formatMoney(23.714, "USD")).toBe("23.71\u00A0USD");
  expect(formatMoment(Date.UTC(2026, 10, 22, 10, 21, 30))).toBe(
    "22\u00A0Nov\u00A02026, 10:21:30\u00A0UTC",
  );
});

it.each([
  ["a duration", formatMs],
  ["a share", formatShare],
  ["a count", formatCount],
  ["a factor", formatFactor],
  ["a mean", formatMean],
  ["a time", formatClock],
  ["a day and a time", formatDayClock],
  ["a moment", formatMoment],
])("draws a dash for %s that is none", (_, format) => {
  expect(format(Number.NaN)).toBe("–");
  expect(format(Number.POSITIVE_INFINITY)).toBe("–");
});

it("draws a dash for what was not measured, and not for zero", () => {
  expect(formatMs(null)).toBe("–");
  expect(formatShare(null)).toBe("–");
  expect(formatMs(0)).toBe("0\u00A0s");
  expect(formatShare(0)).toBe("0\u00A0%");
});

it("rounds a mean only where its tenths say something", () => {
  expect([2.44, 9.96, 37.4].map(formatMean)).toEqual(["2.4", "10", "37"]);
});

it("has the day with the time where a table needs it, and no currency where none is known", () => {
  expect(formatDayClock(Date.UTC(2026, 10, 22, 10, 21, 30))).toBe("22 Nov, 10:21:30");
  expect(formatMoney(1.5, null)).toBe("1.50");
});
