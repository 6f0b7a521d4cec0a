import type { Estimate } from "../run/estimate.ts";
import type { Summary } from "../run/summary.ts";
import { textTable } from "./text-table.ts";

interface Column {
  readonly head: string;
  readonly cell: (summary: Summary) => string;
}

const COLUMNS: readonly Column[] = [
  { head: "POLICY", cell: ({ policy }) => policy },
  { head: "GOODPUT/s", cell: ({ measures }) => interval(measures.goodput, 1) },
  { head: "AFTER/s", cell: ({ measures }) => interval(measures.goodputAfter, 1) },
  { head: "BEFORE/s", cell: ({ measures }) => interval(measures.goodputBefore, 1) },
  { head: "WASTED", cell: ({ measures }) => interval(measures.wastedShare, 3) },
  { head: "AMPLIFICATION", cell: ({ measures }) => interval(measures.amplification, 2) },
  { head: "CRITICAL OK", cell: ({ measures }) => interval(measures.criticalOk, 3) },
  { head: "CRITICAL P99 s", cell: ({ measures }) => interval(measures.criticalP99S, 1) },
  { head: "RECOVERY s", cell: ({ measures }) => recovery(measures.recoveryS) },
];

const NUMBERS: ReadonlySet<number> = new Set(COLUMNS.map((_, column) => column).slice(1));

/** A row for each policy: means over the seeds, with half the width of their 95 % intervals. */
export function summaryTable(summaries: readonly Summary[]): string[] {
  const rows = summaries.map((summary) => COLUMNS.map(({ cell }) => cell(summary)));
  return textTable([COLUMNS.map(({ head }) => head), ...rows], NUMBERS);
}

function interval({ mean, high }: Estimate, digits: number): string {
  const half = high - mean;
  return Number.isFinite(half)
    ? `${mean.toFixed(digits)} ± ${half.toFixed(digits)}`
    : mean.toFixed(digits);
}

/** A mean over runs of which some never recovered would say nothing. */
function recovery(seconds: Estimate): string {
  const { infinite, runs } = seconds;
  return infinite === 0 ? interval(seconds, 1) : `never in ${infinite} of ${runs}`;
}
