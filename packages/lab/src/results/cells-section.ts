import { ahead, atLeastOf, atLeastOnAverage, atMostOnAverage } from "./bars.ts";
import { svgOf } from "./chart.ts";
import { Comparison, EVERYBODY, HEADWAY, ORACLE, RIVALS } from "./comparison.ts";
import { percent, plusMinus, table } from "./markdown.ts";
import { figureLink } from "./section.ts";
import type { Bar, MakeSection } from "./section.ts";

interface Cell {
  readonly scenario: string;
  /** Wanted of the oracle's goodput; undefined: wanted is the best rival's. */
  readonly ofOracle: number | undefined;
  readonly wastedMax: number;
  /** False where the dependency could not serve all critical work, whoever decides. */
  readonly isCriticalServable: boolean;
}

/** Wanted of the oracle's goodput in A and B, in C, in D, and with 400 agents. */
const [A_AND_B, C, D, MANY] = [0.93, 0.88, 0.9, 0.9];
/** In D half of what is served comes too late, whoever decides, and the critical work alone is more than can be served. */
const ANY = 1;

const CELLS: readonly Cell[] = [
  cellOf("a-queue-256", A_AND_B),
  cellOf("a-queue-32", A_AND_B),
  cellOf("a-queue-0", undefined, 0.05),
  cellOf("a-agents-400", MANY),
  cellOf("b-queue-256", A_AND_B),
  cellOf("b-queue-32", A_AND_B),
  cellOf("b-queue-0", undefined, 0.05),
  cellOf("b-agents-400", MANY),
  cellOf("c-queue-256", C),
  cellOf("c-queue-32", C),
  cellOf("c-queue-0", undefined, 0.05),
  cellOf("c-agents-400", MANY),
  cellOf("d-queue-256", D, ANY, false),
  cellOf("d-queue-32", D, ANY, false),
  cellOf("d-queue-0", D, ANY, false),
];

function cellOf(
  scenario: string,
  ofOracle: number | undefined,
  wastedMax = 0.03,
  isCriticalServable = true,
): Cell {
  return { scenario, ofOracle, wastedMax, isCriticalServable };
}

const CRITICAL_OK_MIN = 0.99;
const CRITICAL_P99_MAX = 1.5;
const RECOVERY_S_MAX = 2;
const PLOTTED = [
  HEADWAY,
  ORACLE,
  "central-aimd-gentle",
  "lease-prototype",
  "retry-budget-aws",
  "full-jitter",
];
/** What coordinates too, and is to be beaten: two limiters that every call passes, and leases by Little's law alone. */
const LINES = ["central-aimd", "central-aimd-gentle", "lease-prototype"];

/** Four faults on one provider, at three kinds of queue: what each policy makes of what is left. */
export const cellsSection: MakeSection = async (laboratory) => {
  const { cellsLeftOut } = laboratory.budget;
  const cells = CELLS.filter(({ scenario }) => !cellsLeftOut.includes(scenario));
  const scenarios = cells.map(({ scenario }) => laboratory.scenario(scenario));
  const outcomes = await laboratory.runs(scenarios, EVERYBODY, laboratory.budget.seeds);
  const comparisons = new Map(
    cells.map(({ scenario }) => [scenario, new Comparison(outcomes, scenario)]),
  );
  const figures = ["a-queue-256", "a-queue-0", "c-queue-256"].map((scenario) => ({
    file: `${scenario}.svg`,
    svg: goodputChart(scenario, comparisons.get(scenario)!, scenario.startsWith("c") ? 70 : 90),
  }));
  return {
    title: "One provider, four faults, three kinds of queue",
    markdown: [
      INTRODUCTION,
      regretTable(comparisons),
      ...figures.map(({ file }) => figureLink(`Goodput over time in ${file.slice(0, -4)}`, file)),
      ...cells.map(({ scenario }) => cellTable(scenario, comparisons.get(scenario)!)),
    ].join("\n\n"),
    figures,
    bars: cells.flatMap((cell) => barsOf(cell, comparisons.get(cell.scenario)!)),
  };
};

const INTRODUCTION = `A provider of 32 servers and 0.5 s (64 answers a second) meets 48 calls a second from 40 processes, one call in five critical; callers wait 4 s for an answer and 30 s altogether, and try six times. From second 60 it is slower: **A** four times for 30 s, **B** twice for 30 s, **C** four times for 10 s, **D** eight times for 60 s at 38 calls a second, where a service takes as long as its callers wait. *Agents-400* is 400 processes at the queue of 32. Its queue holds 256 (a model server of one's own), 32 (a gateway) or none (an API that answers 429 at once). What \`headway\` decides from is 200 ms old when the decision arrives, and up to a second more until a report is due; no call passes it. \`central-aimd\`, its gentle sibling and \`hivemind\` are passed by every call, at no cost, which is more than they could have. \`oracle\` knows the fault.`;

/** Goodput in the fault as a share of the oracle's. */
function regretTable(comparisons: ReadonlyMap<string, Comparison>): string {
  const rows = EVERYBODY.filter((policy) => policy !== ORACLE).map((policy) => [
    policy === HEADWAY ? `**${policy}**` : policy,
    ...[...comparisons.values()].map((comparison) => percent(comparison.ofOracle(policy), 0)),
  ]);
  return `Goodput in the fault, of the oracle's:\n\n${table(["policy", ...comparisons.keys()], rows)}`;
}

function cellTable(scenario: string, comparison: Comparison): string {
  const rows = EVERYBODY.map((policy) => {
    const { measures } = comparison.of(policy);
    return [
      policy === HEADWAY ? `**${policy}**` : policy,
      plusMinus(measures.goodput, 1),
      plusMinus(measures.goodputAfter, 1),
      plusMinus(measures.wastedShare, 3),
      plusMinus(measures.criticalOk, 3),
      plusMinus(measures.criticalP99S, 1),
      plusMinus(measures.recoveryS, 1),
    ];
  });
  const header = [
    "policy",
    "good/s in the fault",
    "good/s after",
    "wasted",
    "critical in time",
    "critical p99 s",
    "recovery s",
  ];
  return `<details><summary>${scenario}</summary>\n\n${table(header, rows)}\n\n</details>`;
}

export function goodputChart(scenario: string, comparison: Comparison, endS: number): string {
  return svgOf({
    title: `Calls done in time a second in ${scenario}`,
    x: { label: "seconds" },
    y: { label: "done in time a second" },
    shaded: { from: 60, to: endS, label: "fault" },
    series: PLOTTED.map((policy) => comparison.curve(policy, "good", 30, endS + 70)),
  });
}

function barsOf(cell: Cell, comparison: Comparison): Bar[] {
  const { scenario, ofOracle, wastedMax, isCriticalServable } = cell;
  const rival = comparison.best(RIVALS.filter((policy) => !LINES.includes(policy)));
  const goodput =
    ofOracle === undefined
      ? ahead(`${scenario}: goodput not below the best other rival's (${rival})`, comparison, rival)
      : atLeastOf(`${scenario}: goodput of the oracle's`, ofOracle, comparison);
  const { measures } = comparison.of(HEADWAY);
  const wasted = atMostOnAverage(
    `${scenario}: wasted attempts`,
    wastedMax,
    measures.wastedShare,
    percent,
  );
  const lines = LINES.map((line) =>
    ahead(`${scenario}: goodput not below ${line}'s`, comparison, line),
  );
  const bars = [goodput, ...(wastedMax < ANY ? [wasted] : []), ...lines];
  return isCriticalServable ? [...bars, ...criticalBars(scenario, comparison)] : bars;
}

function criticalBars(scenario: string, comparison: Comparison): Bar[] {
  const { measures } = comparison.of(HEADWAY);
  const p99 = comparison.ratio(HEADWAY, ORACLE, ({ criticalP99S }) => criticalP99S);
  return [
    atLeastOnAverage(
      `${scenario}: critical in time`,
      CRITICAL_OK_MIN,
      measures.criticalOk,
      (value) => percent(value, 2),
    ),
    atMostOnAverage(`${scenario}: critical p99 of the oracle's`, CRITICAL_P99_MAX, p99, times),
    atMostOnAverage(
      `${scenario}: recovery`,
      RECOVERY_S_MAX,
      measures.recoveryS,
      (value) => `${value.toFixed(1)} s`,
    ),
  ];
}

function times(value: number): string {
  return `${value.toFixed(2)} ×`;
}
