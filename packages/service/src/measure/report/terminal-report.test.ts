import { stripVTControlCharacters } from "node:util";
import { decodeTraces } from "@headway/core/signals";
import { describe, expect, it } from "vitest";
import { recordedFleet } from "../fixtures/recorded-fleet.ts";
import { measurementOf } from "../measurement-of.ts";
import { Measuring } from "../measuring.ts";
import { NO_PRICES } from "../prices.ts";
import { markdownReport } from "./markdown-report.ts";
import { COLOURS, PLAIN } from "./paint.ts";
import { sparkline } from "./sparkline.ts";
import { terminalReport } from "./terminal-report.ts";

const measuring = new Measuring({ prices: NO_PRICES });
for (const line of recordedFleet({ agents: 12, seconds: 60, sick: [30, 40] }).lines) {
  const decoded = decodeTraces(new TextEncoder().encode(line), "json");
  if (decoded.ok) measuring.add(decoded.spans);
}
measuring.finish();
const measurement = measurementOf(measuring, []);

describe("the report on a terminal", () => {
  it.each([
    [80, 24],
    [100, 40],
    [120, 50],
  ])("fits %i columns and %i rows, with the command's own line", (columns, rows) => {
    const lines = terminalReport(measurement, { columns, rows, paint: COLOURS });
    expect(lines.length).toBeLessThan(rows);
    const widths = lines.map((line) => stripVTControlCharacters(line).length);
    expect(Math.max(...widths)).toBeLessThan(columns);
  });

  it("says the most expensive thing first, and keeps it on the smallest screen", () => {
    const lines = terminalReport(measurement, { columns: 80, rows: 24, paint: PLAIN });
    const [worst] = measurement.findings;
    const at = lines.findIndex((line) => line.includes("What to know"));
    expect(lines[at + 1]).toContain(worst?.subject);
    expect(lines.join(" ")).toContain("retries in bursts");
  });

  it("is plain where nobody looks at colours", () => {
    const text = terminalReport(measurement, { columns: 100, rows: 40, paint: PLAIN }).join("\n");
    expect(text).toBe(stripVTControlCharacters(text));
    const coloured = terminalReport(measurement, { columns: 100, rows: 40, paint: COLOURS });
    expect(stripVTControlCharacters(coloured.join("\n"))).toBe(text);
  });

  it("says so where there is nothing to measure", () => {
    const empty = new Measuring({ prices: NO_PRICES });
    empty.finish();
    const lines = terminalReport(measurementOf(empty, []), { columns: 80, rows: 24, paint: PLAIN });
    expect(lines.join("\n")).toContain("Nothing to measure");
  });
});

describe("the report for a pull request", () => {
  it("lets no name from the data become markup", () => {
    const [first, ...others] = measurement.dependencies;
    const named = { ...first!, dependency: "tool:<img src=x>|[a](b)" };
    const text = markdownReport({ ...measurement, dependencies: [named, ...others] });
    expect(text).toContain(String.raw`tool:\<img src=x\>\|\[a\](b)`);
  });
});

describe("a sparkline", () => {
  it("goes from nothing to the largest, and leaves blank what is not known", () => {
    expect(sparkline([0, 7, null, 3.5])).toBe("▁█ ▅");
    expect(sparkline([0, 0])).toBe("▁▁");
  });
});
