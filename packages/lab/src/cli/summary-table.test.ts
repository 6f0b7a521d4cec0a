import { describe, expect, it } from "vitest";
import { estimate } from "../run/estimate.ts";
import { MEASURE_NAMES } from "../run/summary.ts";
import type { Summary } from "../run/summary.ts";
import { summaryTable } from "./summary-table.ts";

function summaryOf(policy: string, values: Readonly<Record<string, readonly number[]>>): Summary {
  const names = MEASURE_NAMES.map((name) => [name, estimate(values[name] ?? [1, 1])]);
  const measures: Summary["measures"] = Object.fromEntries(names);
  return { scenario: "s", policy, seeds: [1, 2], measures };
}

function rowOf(values: Readonly<Record<string, readonly number[]>>): string {
  return summaryTable([summaryOf("p", values)])[1] ?? "";
}

describe("summaryTable", () => {
  it("shows a mean with half the width of its interval", () => {
    // Two runs: t = 12.7062, the standard error of 15 and 17 is 1.
    expect(rowOf({ goodput: [15, 17] })).toMatch(/^p +16\.0 ± 12\.7 /);
  });

  it("shows a mean alone where one run leaves no interval", () => {
    expect(rowOf({ goodput: [15] })).toMatch(/^p +15\.0 +1\.0 ± 0\.0 /);
  });

  it("says how many runs never recovered, instead of a mean over the others", () => {
    expect(rowOf({ recoveryS: [3, Infinity] })).toMatch(/ never in 1 of 2$/);
    expect(rowOf({ recoveryS: [3, 3] })).toMatch(/ 3\.0 ± 0\.0$/);
  });

  it("aligns its columns, however long the names", () => {
    const lines = summaryTable([
      summaryOf("a", {}),
      summaryOf("a-long-name", { wastedShare: [0.5, 0.5] }),
    ]);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });
});
