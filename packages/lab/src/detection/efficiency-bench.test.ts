import { expect, it } from "vitest";
import { benchEfficiency } from "./efficiency-bench.ts";

it("brings charts that know the law within four fifths of the bound, and those that learn it within half", async () => {
  const { rows, leastKnown, leastLearnt } = await benchEfficiency("", { seeds: 60, hours: 4 });
  expect(leastKnown).toBeGreaterThan(0.8);
  expect(leastLearnt).toBeGreaterThan(0.5);
  // None buys its speed with false alarms: 1.4 are to be expected in four hours, five come by chance once in twenty times.
  for (const { runLengthCounted } of rows) expect(runLengthCounted).toBeGreaterThan(14_400 / 6);
});
