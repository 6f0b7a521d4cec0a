import { ahead, atLeastOf, atMostOnAverage } from "./bars.ts";
import { svgOf } from "./chart.ts";
import { Comparison, EVERYBODY, HEADWAY, ORACLE, RIVALS } from "./comparison.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { percent, plusMinus, table } from "./markdown.ts";
import { MISSIONS } from "./mission-names.ts";
import { figureLink } from "./section.ts";
import type { Bar, MakeSection } from "./section.ts";

const OF_ORACLE = 0.85;
const HEADER = [
  "policy",
  "done in time a second",
  "of the oracle's",
  "wasted",
  "critical in time",
  "critical p99 s",
  "recovery s",
  "lockouts",
];

/** The five situations that Headway was made for. */
export const missionsSection: MakeSection = async (laboratory) => {
  const scenarios = MISSIONS.map((name) => laboratory.scenario(name));
  const outcomes = await laboratory.runs(scenarios, EVERYBODY, laboratory.budget.seeds);
  const parts = scenarios.map((scenario) => ({
    scenario,
    comparison: new Comparison(outcomes, scenario.name),
  }));
  const figures = parts.map(({ scenario, comparison }) => ({
    file: `${scenario.name}.svg`,
    svg: chartOf(scenario, comparison),
  }));
  return {
    title: "The five missions",
    markdown: [
      "A call that can fall back to another model waits for leave for 2 s at most, whoever keeps it waiting. The oracle decides for each dependency by itself and serves what is urgent first; goodput counts all workflows alike, and where calls nest or fall back a rival can pass it.",
      ...parts.map(
        ({ scenario, comparison }) =>
          `### ${scenario.name}\n\n${scenario.summary}\n\n${figureLink(`Workflows done in time in ${scenario.name}`, `${scenario.name}.svg`)}\n\n${tableOf(comparison)}`,
      ),
    ].join("\n\n"),
    figures,
    bars: parts.flatMap(({ scenario, comparison }) => barsOf(scenario.name, comparison)),
  };
};

function chartOf({ name, measure, durationS }: Scenario, comparison: Comparison): string {
  const best = comparison.best(RIVALS);
  const shown = new Set([HEADWAY, ORACLE, best, "retry-budget-aws", "full-jitter", "central-aimd"]);
  const toS = Math.min(durationS, measure.toS + 70);
  return svgOf({
    title: `Workflows done in time a second in ${name}`,
    x: { label: "seconds" },
    y: { label: "done in time a second" },
    shaded: { from: measure.fromS, to: measure.toS, label: "measured span" },
    series: [...shown].map((policy) =>
      comparison.curve(policy, "good", Math.max(0, measure.fromS - 30), toS),
    ),
  });
}

function tableOf(comparison: Comparison): string {
  const rows = EVERYBODY.map((policy) => {
    const { measures } = comparison.of(policy);
    return [
      policy === HEADWAY ? `**${policy}**` : policy,
      plusMinus(measures.goodput, 2),
      percent(comparison.ofOracle(policy), 0),
      plusMinus(measures.wastedShare, 3),
      plusMinus(measures.criticalOk, 3),
      plusMinus(measures.criticalP99S, 1),
      plusMinus(measures.recoveryS, 1),
      plusMinus(measures.lockouts, 1),
    ];
  });
  return table(HEADER, rows);
}

function barsOf(scenario: string, comparison: Comparison): Bar[] {
  const best = comparison.best(RIVALS);
  const wasted = (policy: string): number => comparison.mean(policy, "wastedShare");
  const leastWasting = RIVALS.reduce((least, policy) =>
    wasted(policy) < wasted(least) ? policy : least,
  );
  return [
    ahead(`${scenario}: most goodput (best rival: ${best})`, comparison, best),
    atMostOnAverage(
      `${scenario}: least waste (best rival: ${leastWasting})`,
      wasted(leastWasting),
      comparison.of(HEADWAY).measures.wastedShare,
      percent,
    ),
    atLeastOf(`${scenario}: goodput of the oracle's`, OF_ORACLE, comparison),
  ];
}
