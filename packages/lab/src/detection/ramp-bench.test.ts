import { expect, it } from "vitest";
import { benchRamp } from "./ramp-bench.ts";

it("is warned of a slow ramp at least twenty seconds before its breach, and of nothing before the ramp", async () => {
  const { rows, objectiveS } = await benchRamp("", { seeds: 1 });
  expect(objectiveS).toBe(2);
  expect(rows.map(({ perMinute }) => perMinute)).toEqual([0.02, 0.05, 0.1]);
  for (const { runs, breached, leadS, falseAlarms, breachS } of rows) {
    expect({ runs, breached, falseAlarms }).toEqual({ runs: 1, breached: 1, falseAlarms: 0 });
    expect(leadS).toBeGreaterThanOrEqual(20);
    expect(leadS).toBeLessThan(breachS);
  }
  // The steeper, the sooner.
  const breaches = rows.map(({ breachS }) => breachS);
  expect(breaches).toEqual([...breaches].sort((a, b) => b - a));
});
