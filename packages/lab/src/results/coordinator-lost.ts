import { Comparison, HEADWAY } from "./comparison.ts";
import { atLeastOnAverage } from "./bars.ts";
import { estimate } from "../run/estimate.ts";
import type { RunOutcome } from "../run/outcome.ts";
import type { Laboratory } from "./laboratory.ts";
import { percent, plusMinus, table } from "./markdown.ts";
import type { Bar } from "./section.ts";

/** What Headway's own hook falls back to. */
const BUDGET = "retry-budget-aws";
/** Two policies are equal where the one's goodput is no more than this share below the other's. */
const EQUAL_WITHIN = 0.05;
const BASE = "a-queue-256";
const TROUBLES: readonly (readonly [string, readonly string[]])[] = [
  ["as it should be", []],
  ["a tenth of the reports lost", ["coordination.lostReports=0.1"]],
  ["a third of the reports lost", ["coordination.lostReports=0.33"]],
  ["clocks off by up to ten minutes", ["coordination.clockSkewMs=600000"]],
  ["signals from spans, exported every 5 s", ["coordination.spanBatchMs=5000"]],
];
const HEADER = ["", "good/s in the fault", "good/s after", "wasted", "critical in time"];

interface Row {
  readonly label: string;
  readonly comparison: Comparison;
  readonly policy: string;
}

/** What else can go wrong on the way. */
export async function troubleTable(laboratory: Laboratory): Promise<string> {
  const { seedsPath } = laboratory.budget;
  const rows = TROUBLES.map(async ([label, settings]): Promise<Row> => {
    const { name, ...rest } = laboratory.scenario(BASE, settings, `${BASE}, ${label}`);
    const outcomes = await laboratory.runs([{ name, ...rest }], [HEADWAY], seedsPath);
    return { label, comparison: new Comparison(outcomes, name), policy: HEADWAY };
  });
  return `What else can go wrong on the way, in ${BASE}:\n\n${tableOf(await Promise.all(rows))}`;
}

export interface WithoutCoordinator {
  readonly markdown: string;
  readonly bars: readonly Bar[];
}

/** The coordinator dies as the fault begins, or was never there: what is left is each process' own retry budget. */
export async function withoutCoordinator(
  laboratory: Laboratory,
  cells: readonly string[],
): Promise<WithoutCoordinator> {
  const parts = await Promise.all(cells.map((cell) => oneWithout(laboratory, cell)));
  const rows = parts.flatMap(({ rows }) => rows);
  return {
    markdown: `Without a coordinator, against a process' own retry budget:\n\n${tableOf(rows)}`,
    bars: parts.flatMap(({ bars }) => bars),
  };
}

async function oneWithout(laboratory: Laboratory, cell: string) {
  const { seedsPath } = laboratory.budget;
  const budgets = await laboratory.runs([laboratory.scenario(cell)], [BUDGET], seedsPath);
  const fromS = laboratory.scenario(cell).measure.fromS;
  const lost = await Promise.all(
    [
      { label: "dies as the fault begins", deadFromS: fromS },
      { label: "was never there", deadFromS: 0 },
    ].map(async ({ label, deadFromS }) => {
      const settings = [`coordination.deadFromS=${deadFromS}`];
      const scenario = laboratory.scenario(cell, settings, `${cell}, the coordinator ${label}`);
      const outcomes = await laboratory.runs([scenario], [HEADWAY], seedsPath);
      return { label, scenario, outcomes };
    }),
  );
  const rows: Row[] = lost.map(({ label, scenario, outcomes }) => ({
    label: `${cell}: ${label}`,
    comparison: new Comparison(outcomes, scenario.name),
    policy: HEADWAY,
  }));
  rows.push({
    label: `${cell}: \`${BUDGET}\``,
    comparison: new Comparison(budgets, cell),
    policy: BUDGET,
  });
  const bars = lost.map(({ label, outcomes, scenario: { measure } }) => {
    const faultS = measure.toS - measure.fromS;
    const ratios = outcomes.map((run, at) => doneIn(run, faultS) / doneIn(budgets[at]!, faultS));
    return atLeastOnAverage(
      `${cell}: the coordinator ${label}; done in the fault and the minute after, of a retry budget's`,
      1 - EQUAL_WITHIN,
      estimate(ratios),
      percent,
    );
  });
  return { rows, bars };
}

/** Workflows in the measured span and the minute after: a collapse may leave next to nothing in the one or the other. */
function doneIn({ measures: { goodput, goodputAfter } }: RunOutcome, faultS: number): number {
  return goodput * faultS + goodputAfter * 60;
}

function tableOf(rows: readonly Row[]): string {
  return table(
    HEADER,
    rows.map(({ label, comparison, policy }) => {
      const { measures } = comparison.of(policy);
      return [
        label,
        plusMinus(measures.goodput, 1),
        plusMinus(measures.goodputAfter, 1),
        plusMinus(measures.wastedShare, 3),
        plusMinus(measures.criticalOk, 3),
      ];
    }),
  );
}
