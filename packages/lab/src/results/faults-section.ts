import { atLeastOnAverage, goodput } from "./bars.ts";
import { Comparison, EVERYBODY, HEADWAY, LOCAL_RIVALS, ORACLE, RIVALS } from "./comparison.ts";
import { percent, plusMinus, table } from "./markdown.ts";
import type { MakeSection } from "./section.ts";

const FAULTS = [
  "capacity-cut",
  "quota-cut",
  "error-burst",
  "slow-ramp",
  "flapping",
  "cold-recovery",
  "partial-outage",
  "hanging",
];
/** What any process could do alone, Headway must not do worse; two hundredths are chance. */
const NOT_BELOW = 0.98;
const HEADER = [
  "fault",
  "headway, good/s",
  "best rival, good/s",
  "oracle, good/s",
  "headway of oracle",
  "headway wasted",
  "best rival wasted",
  "headway critical",
];

/** One provider, eight other ways to fail. */
export const faultsSection: MakeSection = async (laboratory) => {
  const scenarios = FAULTS.map((name) => laboratory.scenario(name));
  const outcomes = await laboratory.runs(scenarios, EVERYBODY, laboratory.budget.seedsOther);
  const rows = scenarios.map(({ name }) => {
    const comparison = new Comparison(outcomes, name);
    const best = comparison.best(RIVALS);
    const measures = (policy: string) => comparison.of(policy).measures;
    return [
      name,
      plusMinus(measures(HEADWAY).goodput, 1),
      `${plusMinus(measures(best).goodput, 1)} (${best})`,
      plusMinus(measures(ORACLE).goodput, 1),
      percent(comparison.ofOracle(HEADWAY), 0),
      percent(comparison.mean(HEADWAY, "wastedShare")),
      percent(comparison.mean(best, "wastedShare")),
      percent(comparison.mean(HEADWAY, "criticalOk")),
    ];
  });
  return {
    title: "Other faults",
    markdown: `Goodput in the fault. The best rival is chosen afterwards, for each fault anew.\n\n${table(HEADER, rows)}`,
    figures: [],
    bars: scenarios.map(({ name }) => {
      const comparison = new Comparison(outcomes, name);
      const best = comparison.best(LOCAL_RIVALS);
      return atLeastOnAverage(
        `${name}: goodput of the best local rival's (${best})`,
        NOT_BELOW,
        comparison.ratio(HEADWAY, best, goodput),
        percent,
      );
    }),
  };
};
