import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Scenario } from "../scenario/scenario.ts";
import { atMost } from "./bars.ts";
import { Comparison, HEADWAY } from "./comparison.ts";
import type { Laboratory } from "./laboratory.ts";
import { percent, table } from "./markdown.ts";
import { MISSIONS } from "./mission-names.ts";
import type { Bar, MakeSection } from "./section.ts";

const LOADS = [
  "healthy-poisson-60",
  "healthy-poisson-75",
  "healthy-poisson-90",
  "healthy-servegen-60",
  "healthy-servegen-75",
  "healthy-servegen-90",
];
/** The loads whose names hold it are drawn from recorded data, in the folder of that name. */
const RECORDED = "servegen";
const S_AN_HOUR = 3_600;
const HOURS_A_WEEK = 168;
const LOST_MAX = 0.005;
const FALSE_HOLDS_A_WEEK_MAX = 1;
/** What there would be without Headway: the callers' own retries. */
const WITHOUT = "full-jitter";
const HEADER = [
  "load",
  "simulated hours",
  "goodput lost",
  "false holds",
  "attempts held > 5 ms or refused",
  "p99 s with",
  "p99 s without",
];

interface Harm {
  readonly name: string;
  readonly hours: number;
  readonly dependencyHours: number;
  readonly lost: number;
  readonly falseHolds: number;
  readonly cells: readonly string[];
}

/** Nothing is wrong: what Headway takes away for nothing. */
export const harmSection: MakeSection = async (laboratory) => {
  const hasRecorded = existsSync(join(laboratory.dataFolder, RECORDED));
  const loads = LOADS.filter((name) => hasRecorded || !name.includes(RECORDED));
  const harms = [
    ...(await harmsOf(laboratory, longRuns(laboratory, loads))),
    ...(await harmsOf(laboratory, missionRuns(laboratory))),
  ];
  const weeks = harms.reduce((sum, harm) => sum + harm.dependencyHours, 0) / HOURS_A_WEEK;
  const falseHolds = harms.reduce((sum, harm) => sum + harm.falseHolds, 0);
  const bars: Bar[] = [
    ...harms.map(({ name, lost }) =>
      atMost(`${name}: goodput lost`, LOST_MAX, lost, (value) => percent(value, 2)),
    ),
    atMost(
      "false holds a dependency-week, all fault-free loads",
      FALSE_HOLDS_A_WEEK_MAX,
      falseHolds / weeks,
      (value) => value.toFixed(1),
    ),
  ];
  return {
    title: "Harm",
    markdown: [
      `No fault: Poisson arrivals, and those of a production model service (ServeGen) in its calmest hours, at 60, 75 and 90 % of the capacity; then the five missions without their faults. In ServeGen's other hours single clients burst by thousands, and this small provider collapses without any fault. A false hold is a decision to hold, defer or shed. *Without* is \`${WITHOUT}\`.`,
      ...(hasRecorded
        ? []
        : ["**The recorded arrivals were not at hand: those loads did not run.**"]),
      table(
        HEADER,
        harms.map(({ cells }) => cells),
      ),
    ].join("\n\n"),
    figures: [],
    bars,
  };
};

interface Runs {
  readonly scenarios: readonly Scenario[];
  readonly seeds: number;
}

function longRuns(laboratory: Laboratory, names: readonly string[]): Runs {
  const { healthyHours } = laboratory.budget;
  const whole = names.map((name) => laboratory.scenario(name));
  const hours = Math.min(healthyHours, ...whole.map(({ durationS }) => durationS / S_AN_HOUR));
  const settings = lasting(hours * S_AN_HOUR);
  return {
    scenarios: names.map((name) => laboratory.scenario(name, settings, `${name}, ${hours} h`)),
    seeds: Math.ceil(healthyHours / hours),
  };
}

function missionRuns(laboratory: Laboratory): Runs {
  const { healthyMissionS, seedsShape } = laboratory.budget;
  const settings = ["faults=[]", "measure.fromS=60", ...lasting(healthyMissionS)];
  return {
    // Fan-outs and bursts are less even than one provider's calls.
    scenarios: MISSIONS.map((name) =>
      laboratory.scenario(name, settings, `${name} without its fault`),
    ),
    seeds: seedsShape,
  };
}

function lasting(durationS: number): string[] {
  return [`durationS=${durationS}`, `measure.toS=${durationS - 60}`];
}

async function harmsOf(laboratory: Laboratory, { scenarios, seeds }: Runs): Promise<Harm[]> {
  const outcomes = await laboratory.runs(scenarios, [WITHOUT, HEADWAY], seeds);
  return scenarios.map(({ name, durationS, dependencies }) => {
    const comparison = new Comparison(outcomes, name);
    const lost = 1 - comparison.mean(HEADWAY, "goodput") / comparison.mean(WITHOUT, "goodput");
    const hours = (durationS * seeds) / S_AN_HOUR;
    const falseHolds = comparison.mean(HEADWAY, "falseHolds") * seeds;
    const held = comparison.mean(HEADWAY, "heldHealthy") / comparison.mean(HEADWAY, "attempts");
    const cells = [
      name,
      hours.toFixed(1),
      percent(lost, 2),
      String(falseHolds),
      percent(held, 2),
      comparison.mean(HEADWAY, "p99S").toFixed(2),
      comparison.mean(WITHOUT, "p99S").toFixed(2),
    ];
    const dependencyHours = hours * dependencies.length;
    return { name, hours, dependencyHours, lost, falseHolds, cells };
  });
}
