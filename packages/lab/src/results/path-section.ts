import type { Scenario } from "../scenario/scenario.ts";
import { atLeast, atMost } from "./bars.ts";
import { svgOf } from "./chart.ts";
import type { Chart } from "./chart.ts";
import { Comparison, HEADWAY, ORACLE, RIVALS } from "./comparison.ts";
import type { Laboratory } from "./laboratory.ts";
import { percent, plusMinus, table } from "./markdown.ts";
import { figureLink } from "./section.ts";
import type { MakeSection } from "./section.ts";

const STALENESS_MS = [0, 100, 200, 500, 1_000, 2_000, 5_000];
const DISOBEYING = [0, 0.1, 0.2, 0.3, 0.5, 0.75, 1];
const CASES = ["a-queue-256", "a-queue-32", "b-queue-256", "c-queue-256"];
/** A decision that is a second late may cost so much of the oracle's goodput more than one of 200 ms. */
const LATE_COST_MAX = 0.1;
const BUDGET = "retry-budget-aws";
/** Two policies are equal where their goodput is within this share of each other. */
const EQUAL_WITHIN = 0.05;

/** What happens when the way to the coordinator and back is slow, lossy, ignored or cut. */
export const pathSection: MakeSection = async (laboratory) => {
  const staleness = await shares(laboratory, "stalenessMs", STALENESS_MS);
  const disobedience = await shares(laboratory, "disobeying", DISOBEYING);
  const rivals = await best(laboratory);
  const troubled = await trouble(laboratory);
  const figures = [
    { file: "staleness.svg", svg: svgOf(chart("staleness, ms", staleness)) },
    {
      file: "obedience.svg",
      svg: svgOf(chart("share of the processes that do not obey", disobedience)),
    },
  ];
  return {
    title: "The way there and back",
    markdown: [
      "Goodput in the fault, of the oracle's, by how old what a decision was made from is when it arrives:",
      figureLink("Goodput by staleness", "staleness.svg"),
      "… and by how many of the processes ignore what they are told:",
      figureLink("Goodput by obedience", "obedience.svg"),
      troubled.markdown,
    ].join("\n\n"),
    figures,
    bars: [
      ...CASES.map((name) => {
        const cost = at(staleness, name, 200) - at(staleness, name, 1_000);
        return atMost(`${name}: lost when decisions are 1 s late`, LATE_COST_MAX, cost, percent);
      }),
      ...CASES.map((name) =>
        atLeast(
          `${name}: with 30 % disobeying, of the best rival's goodput`,
          1,
          at(disobedience, name, 0.3) / rivals.get(name)!,
          percent,
        ),
      ),
      ...troubled.bars,
    ],
  };
};

type Shares = ReadonlyMap<string, readonly { readonly x: number; readonly y: number }[]>;

async function shares(
  laboratory: Laboratory,
  setting: "stalenessMs" | "disobeying",
  values: readonly number[],
): Promise<Shares> {
  const oracles = await ofOracles(laboratory);
  const { seedsShape } = laboratory.budget;
  const entries: [string, { x: number; y: number }[]][] = [];
  for (const name of CASES) {
    const variants = values.map((value) => varied(laboratory, name, setting, value));
    const outcomes = await laboratory.runs(variants, [HEADWAY], seedsShape);
    const points = variants.map((variant, index) => ({
      x: values[index]!,
      y: new Comparison(outcomes, variant.name).mean(HEADWAY, "goodput") / oracles.get(name)!,
    }));
    entries.push([name, points]);
  }
  return new Map(entries);
}

function varied(laboratory: Laboratory, name: string, setting: string, value: number): Scenario {
  return laboratory.scenario(
    name,
    [`coordination.${setting}=${value}`],
    `${name}, ${setting} ${value}`,
  );
}

async function ofOracles(laboratory: Laboratory): Promise<ReadonlyMap<string, number>> {
  const scenarios = CASES.map((name) => laboratory.scenario(name));
  const outcomes = await laboratory.runs(scenarios, [ORACLE], laboratory.budget.seedsShape);
  return new Map(
    CASES.map((name) => [name, new Comparison(outcomes, name).mean(ORACLE, "goodput")]),
  );
}

/** The best rival's goodput, of the oracle's. */
async function best(laboratory: Laboratory): Promise<ReadonlyMap<string, number>> {
  const scenarios = CASES.map((name) => laboratory.scenario(name));
  const outcomes = await laboratory.runs(
    scenarios,
    [...RIVALS, ORACLE],
    laboratory.budget.seedsShape,
  );
  return new Map(
    CASES.map((name) => {
      const comparison = new Comparison(outcomes, name);
      return [name, comparison.ofOracle(comparison.best(RIVALS))];
    }),
  );
}

function chart(label: string, points: Shares): Chart {
  return {
    title: `Goodput of the oracle's, by ${label}`,
    x: { label },
    y: { label: "goodput, of the oracle's", domain: [0, 1] },
    hasDots: true,
    series: [...points].map(([name, line]) => ({ name, points: line })),
  };
}

function at(points: Shares, name: string, x: number): number {
  return points.get(name)!.find((point) => point.x === x)!.y;
}

const TROUBLES: readonly (readonly [string, readonly string[]])[] = [
  ["as it should be", []],
  ["a tenth of the reports lost", ["coordination.lostReports=0.1"]],
  ["a third of the reports lost", ["coordination.lostReports=0.33"]],
  ["clocks off by up to ten minutes", ["coordination.clockSkewMs=600000"]],
  ["signals from spans, exported every 5 s", ["coordination.spanBatchMs=5000"]],
  ["the coordinator dies as the fault begins", ["coordination.deadFromS=60"]],
  ["the coordinator was never there", ["coordination.deadFromS=0"]],
];

async function trouble(laboratory: Laboratory) {
  const base = "a-queue-256";
  const scenarios = TROUBLES.map(([label, settings]) =>
    laboratory.scenario(base, settings, `${base}, ${label}`),
  );
  const { seeds } = laboratory.budget;
  const outcomes = await laboratory.runs(scenarios, [HEADWAY], seeds);
  const budget = new Comparison(
    await laboratory.runs([laboratory.scenario(base)], [BUDGET], seeds),
    base,
  );
  const rows = [
    ...TROUBLES.map(([label], index) => ({
      label,
      summary: new Comparison(outcomes, scenarios[index]!.name).of(HEADWAY),
    })),
    { label: `\`${BUDGET}\`, for comparison`, summary: budget.of(BUDGET) },
  ].map(({ label, summary: { measures } }) => [
    label,
    plusMinus(measures.goodput, 1),
    plusMinus(measures.goodputAfter, 1),
    plusMinus(measures.wastedShare, 3),
    plusMinus(measures.criticalOk, 3),
  ]);
  const absent = new Comparison(outcomes, scenarios.at(-1)!.name);
  const ratio = absent.mean(HEADWAY, "goodputAfter") / budget.mean(BUDGET, "goodputAfter");
  return {
    markdown: `What else can go wrong on the way, in ${base}:\n\n${table(["", "good/s in the fault", "good/s after", "wasted", "critical in time"], rows)}`,
    bars: [
      atLeast(
        "a-queue-256: without a coordinator, of a retry budget's goodput afterwards",
        1 - EQUAL_WITHIN,
        ratio,
        percent,
      ),
    ],
  };
}
