import { percent, seconds } from "../metrics/bars.ts";
import type { Bar, RunPair } from "../metrics/bars.ts";
import { median } from "../metrics/quantile.ts";
import type { InTime, RunSummary, WorkflowClass } from "../metrics/summary.ts";
import { PHASE_NAMES } from "../scenario.ts";
import type { PhaseName } from "../scenario.ts";
import { paint } from "./paint.ts";

export interface ComparisonRow {
  readonly name: string;
  readonly without: string;
  readonly with: string;
}

const CLASS_NAMES: Readonly<Record<WorkflowClass, string>> = {
  person: "a person waits",
  rescreening: "re-screening",
};

const CAME: Readonly<Record<PhaseName, string>> = {
  healthy: "before the fault",
  fault: "during the fault",
  after: "after the fault",
};

/** The table that ends the demo: medians over the runs. */
export function comparisonRows(pairs: readonly RunPair[]): readonly ComparisonRow[] {
  const row = (
    name: string,
    pick: (summary: RunSummary) => number,
    show: (value: number) => string,
  ): ComparisonRow => ({
    name,
    without: show(median(pairs.map((pair) => pick(pair.without)))),
    with: show(median(pairs.map((pair) => pick(pair.with)))),
  });
  const inTimeRow = (phase: PhaseName, kind: WorkflowClass): ComparisonRow => ({
    name: `in time, ${CLASS_NAMES[kind]}, came ${CAME[phase]}`,
    without: inTime(pairs.map((pair) => pair.without.inTime[phase][kind])),
    with: inTime(pairs.map((pair) => pair.with.inTime[phase][kind])),
  });
  const whole = (value: number): string => value.toFixed(0);
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  return [
    ...PHASE_NAMES.flatMap((phase) => [
      inTimeRow(phase, "person"),
      inTimeRow(phase, "rescreening"),
    ]),
    row("attempts", (summary) => summary.attempts, whole),
    row(
      "attempts per call",
      (summary) => summary.attemptsPerCall,
      (value) => value.toFixed(2),
    ),
    row("wasted attempts", (summary) => summary.attemptsWasted, whole),
    row("lockouts", (summary) => summary.lockouts, whole),
    row("person's case during the fault, p50", (summary) => summary.personMs.p50, seconds),
    row("person's case during the fault, p99", (summary) => summary.personMs.p99, seconds),
    row("recovery after the provider's", (summary) => summary.recoveryMs, seconds),
    row("longest hold, healthy", (summary) => summary.healthyWait.heldMsMax, ms),
    row("processor time of the gate, healthy, most", (summary) => summary.healthyWait.cpuMsMax, ms),
    row("through the gate by the clock, p99.9", (summary) => summary.healthyWait.askedMsP999, ms),
    row("workflows failed", (summary) => summary.failed, whole),
    row("workflows still held at the end", (summary) => summary.held, whole),
  ];
}

export function printComparison(
  pairs: readonly RunPair[],
  bars: readonly Bar[],
  print: (line: string) => void,
): void {
  const rows = comparisonRows(pairs);
  const width = Math.max(...rows.map((row) => row.name.length));
  const title = pairs.length > 1 ? `median of ${pairs.length} runs` : "one run";
  print(
    paint(
      "bold",
      `\n${title.padEnd(width)}   ${"without".padStart(16)}${"with Headway".padStart(16)}`,
    ),
  );
  for (const row of rows)
    print(`${row.name.padEnd(width)}   ${row.without.padStart(16)}${row.with.padStart(16)}`);
  print("");
  for (const bar of bars) {
    const mark = bar.isMet ? paint("green", "✓") : paint("red", "✗");
    print(`${mark} ${bar.claim}: ${paint("bold", bar.measured)}`);
  }
}

function inTime(counts: readonly InTime[]): string {
  const done = median(counts.map((count) => count.inTime));
  const arrived = median(counts.map((count) => count.arrived));
  return `${done}/${arrived} ${percent(done / Math.max(arrived, 1)).padStart(6)}`;
}
