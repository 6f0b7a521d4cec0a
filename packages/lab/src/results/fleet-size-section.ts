import { svgOf } from "./chart.ts";
import type { ChartSeries } from "./chart.ts";
import { Comparison, HEADWAY, LOCAL_RIVALS, ORACLE } from "./comparison.ts";
import type { Laboratory } from "./laboratory.ts";
import { percent, table } from "./markdown.ts";
import { figureLink } from "./section.ts";
import type { MakeSection } from "./section.ts";

const BASES = ["a-queue-256", "a-queue-32"];
const HEADER = [
  "processes",
  "headway of the oracle",
  "best local policy of the oracle",
  "worth",
  "headway wasted",
  "best local wasted",
];
const INTRODUCTION =
  "The same 48 calls a second, from two processes or from a thousand. *Worth* is Headway's goodput in the fault over that of the best policy that each process could follow alone, chosen afterwards for each row.";

interface Sized {
  readonly size: number;
  readonly comparison: Comparison;
  readonly best: string;
}

/** The same load from ever more processes: what coordination is worth as each of them sees less. */
export const fleetSizeSection: MakeSection = async (laboratory) => {
  const bases: { base: string; sized: Sized[] }[] = [];
  for (const base of BASES) bases.push({ base, sized: await sizesOf(laboratory, base) });
  const svg = svgOf({
    title: "Goodput of the oracle's, by the number of processes that share the load",
    x: { label: "processes", scale: "log", ticks: laboratory.budget.fleetSizes },
    y: { label: "goodput, of the oracle's", domain: [0, 1] },
    hasDots: true,
    series: bases.flatMap(({ base, sized }) => linesOf(base, sized)),
  });
  return {
    title: "What coordination is worth, by the number of agents",
    markdown: [
      INTRODUCTION,
      figureLink("Value by number of processes", "fleet-size.svg"),
      table(
        HEADER,
        bases.flatMap(({ base, sized }) => sized.map((one) => rowOf(base, one))),
      ),
    ].join("\n\n"),
    figures: [{ file: "fleet-size.svg", svg }],
    bars: [],
  };
};

async function sizesOf(laboratory: Laboratory, base: string): Promise<Sized[]> {
  const { fleetSizes, seedsShape } = laboratory.budget;
  const scenarios = fleetSizes.map((size) =>
    laboratory.scenario(base, [`workloads.agents.processes=${size}`], `${base}, ${size} processes`),
  );
  const outcomes = await laboratory.runs(scenarios, [...LOCAL_RIVALS, HEADWAY, ORACLE], seedsShape);
  return scenarios.map(({ name }, at) => {
    const comparison = new Comparison(outcomes, name);
    return { size: fleetSizes[at]!, comparison, best: comparison.best(LOCAL_RIVALS) };
  });
}

function linesOf(base: string, sized: readonly Sized[]): ChartSeries[] {
  const points = (policyOf: (one: Sized) => string) =>
    sized.map((one) => ({ x: one.size, y: one.comparison.ofOracle(policyOf(one)) }));
  return [
    { name: `headway, ${base}`, points: points(() => HEADWAY) },
    { name: `best local, ${base}`, isReference: true, points: points(({ best }) => best) },
  ];
}

function rowOf(base: string, { size, comparison, best }: Sized): string[] {
  const worth = comparison.mean(HEADWAY, "goodput") / comparison.mean(best, "goodput");
  return [
    `${base}, ${size}`,
    percent(comparison.ofOracle(HEADWAY), 0),
    `${percent(comparison.ofOracle(best), 0)} (${best})`,
    `${worth.toFixed(1)} ×`,
    percent(comparison.mean(HEADWAY, "wastedShare")),
    percent(comparison.mean(best, "wastedShare")),
  ];
}
