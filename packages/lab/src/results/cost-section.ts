import { policyNamed } from "../run/policy-named.ts";
import { runScenario } from "../run/run-scenario.ts";
import { HEADWAY } from "./comparison.ts";
import { table } from "./markdown.ts";
import type { MakeSection } from "./section.ts";

const SIZES = [40, 400, 1_000];
const BASE = "a-queue-256";
/** The same agents, plant and retries without a coordinator. */
const WITHOUT = "retry-budget-aws";
const HEADER = [
  "processes",
  "reports a second",
  "ticks a second",
  "messages to processes a second",
  "events simulated",
  "CPU ms a simulated second",
  "without Headway",
];

/** What the coordinator has to do. Processor time is of this machine, and the only number here that differs from run to run. */
export const costSection: MakeSection = async (laboratory) => {
  const largest = Math.max(...laboratory.budget.fleetSizes);
  const rows = SIZES.filter((size) => size <= largest).map((size) => {
    const settings = [`workloads.agents.processes=${size}`];
    const scenario = laboratory.scenario(BASE, settings, `${BASE}, cost, ${size}`);
    const run = (name: string) => {
      const startUs = process.cpuUsage().user;
      const outcome = runScenario(scenario, policyNamed(name, scenario), 1);
      return { ...outcome.cost, cpuMs: (process.cpuUsage().user - startUs) / 1_000 };
    };
    const without = run(WITHOUT);
    const headway = run(HEADWAY);
    const perSecond = (count: number): string => (count / scenario.durationS).toFixed(1);
    return [
      String(size),
      perSecond(headway.reports),
      perSecond(headway.ticks),
      perSecond(headway.deliveries),
      String(headway.events),
      perSecond(headway.cpuMs),
      perSecond(without.cpuMs),
    ];
  });
  return {
    title: "Cost of the coordinator",
    markdown: `Of the run ${BASE}, fault included. The processor time holds everything: agents, provider, all processes' hooks and signals, and the engine.\n\n${table(HEADER, rows)}`,
    figures: [],
    bars: [],
  };
};
