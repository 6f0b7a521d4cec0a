import { expect, it } from "vitest";
import { benchOpenAge } from "./synthetic-open-age.ts";

it("finds every fault of long calls sooner with the age of open calls than without, and says nothing before it", async () => {
  const { rows } = await benchOpenAge("", { seeds: 1 });
  expect(rows).toHaveLength(8);
  for (const { withAges, withoutAges } of rows) {
    expect(withAges.found).toBe(1);
    expect(withAges.falseAlarms).toBe(0);
    if (withoutAges.found > 0) expect(withAges.medianS).toBeLessThan(withoutAges.medianS);
  }
  // What hangs is not seen at all before its time-out of two minutes where calls are few.
  const hanging = rows.find(({ fault, perSecond }) => fault === "all hang" && perSecond === 1)!;
  expect(hanging.withoutAges.medianS).toBeGreaterThan(100);
  expect(hanging.withAges.medianS).toBeLessThan(45);
});
