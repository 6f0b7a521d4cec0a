import { CONTROL_PARAMETERS, POLICY_DEFAULT } from "@headway/core";
import type { Action, ControlParameters, DetectionKind } from "@headway/core";
import type { HeadwayPolicyOptions } from "../headway/headway-policy.ts";
import { Comparison, HEADWAY, ORACLE } from "./comparison.ts";
import type { Laboratory } from "./laboratory.ts";
import { percent, table } from "./markdown.ts";
import type { MakeSection } from "./section.ts";

/** Until the minute after the fault is over. */
const SETTINGS = ["durationS=190"];

interface Case {
  readonly label: string;
  readonly scenario: string;
  readonly settings: readonly string[];
}

const caseOf = (scenario: string): Case => ({ label: scenario, scenario, settings: SETTINGS });
/** One slow provider: what the numbers are about. */
const SLOW = ["a-queue-256", "a-queue-0", "c-queue-256", "d-queue-256"].map(caseOf);
/** What other parts are for. */
const OTHER: readonly Case[] = [
  ...["error-burst", "quota-cut", "hanging"].map(caseOf),
  { label: "rag-slow-vector-search", scenario: "rag-slow-vector-search", settings: [] },
  {
    label: "nobody answered for 30 s",
    scenario: "a-queue-256",
    settings: [
      ...SETTINGS,
      'faults=[{ kind: capacity, dependency: "model:llm", fromS: 60, toS: 90, share: 0 }]',
    ],
  },
];

const TITLE = "What each part is worth";

type Variant = HeadwayPolicyOptions & { readonly name: string };

const ALL_KINDS: readonly DetectionKind[] = [
  "degraded",
  "failing",
  "throttled",
  "retry_storm",
  "saturation",
  "fanout",
  "loop",
  "recovered",
];

const actionsBut = (without: Action): readonly Action[] =>
  POLICY_DEFAULT.defaults.actions.filter((action) => action !== without);

/** Each without one part. */
const PARTS: readonly Variant[] = [
  { name: "no early reports", sendsEarly: false },
  { name: "no account of what time-outs leave behind", engine: { control: { ghostShare: 0 } } },
  { name: "slots move at once", engine: { control: { stickyAttempts: 0 } } },
  { name: "nothing granted ahead", engine: { control: { loopS: 0 } } },
  { name: "the age of open attempts unseen", engine: { control: { oldShare: 1 } } },
  { name: "time-outs not told", tellsTimeouts: false },
  { name: "no bound before a strain", engine: { control: { relaxedBelow: Number.MAX_VALUE } } },
  { name: "no pace to what is admitted", engine: { control: { rejectedShareMany: 2 } } },
  { name: "never holds", policy: { actions: actionsBut("hold") } },
  { name: "never defers", policy: { actions: actionsBut("defer") } },
  { name: "no retry_storm", without: ["retry_storm"] },
  { name: "no detections at all", without: ALL_KINDS },
];

/** What each part of the control is worth, and what half and twice of each of its numbers does. */
export const ablationSection: MakeSection = async (laboratory) => {
  if (laboratory.budget.seedsAblation === 0)
    return { title: TITLE, markdown: "Not part of the short run.", figures: [], bars: [] };
  const sensitivity = Object.keys(CONTROL_PARAMETERS).filter(isParameter).flatMap(variantsOf);
  return {
    title: TITLE,
    markdown: [
      "Goodput in the fault as a share of the oracle's, and the share of attempts wasted, with one part left out:",
      await tableOf(laboratory, PARTS, SLOW),
      await tableOf(laboratory, PARTS, OTHER),
      `A difference of a few points is noise. Detections say what is wrong and why, and set holds' reasons; the bound on what is in flight acts without them. That most rows without a detection change nothing is the design: control does not wait for a name. A part that changes nothing in any column is there for what these runs have not: an operator who wants to know, callers that only ask and are told when to come back, a policy without a learned bound.`,
      "### Sensitivity",
      "Half and twice of each number in `ControlParameters` (of the growth, what it adds); one set of them stands for everything on this page. Numbers that stand in the files of single parts, such as the lift's steps or the trickle's first allowance, are not varied here.",
      await tableOf(laboratory, sensitivity, SLOW),
    ].join("\n\n"),
    figures: [],
    bars: [],
  };
};

function isParameter(name: string): name is keyof ControlParameters {
  return name in CONTROL_PARAMETERS;
}

function variantsOf(name: keyof ControlParameters): Variant[] {
  // A growth of 1 is none.
  const least = name === "growth" ? 1 : 0;
  const value = CONTROL_PARAMETERS[name] - least;
  return [0.5, 2].map((times) => ({
    name: `${name} ${least + value * times} (× ${times})`,
    engine: { control: { [name]: least + value * times } },
  }));
}

async function tableOf(
  laboratory: Laboratory,
  variants: readonly Variant[],
  cases: readonly Case[],
): Promise<string> {
  const scenarios = cases.map(({ label, scenario, settings }) =>
    laboratory.scenario(scenario, settings, `${label}, short`),
  );
  const contestants = [HEADWAY, ORACLE, ...variants];
  const outcomes = await laboratory.runs(scenarios, contestants, laboratory.budget.seedsAblation);
  const comparisons = scenarios.map(({ name }) => new Comparison(outcomes, name));
  const rows = [HEADWAY, ...variants.map(({ name }) => name)].map((name) => [
    name === HEADWAY ? "as shipped" : name,
    ...comparisons.map(
      (comparison) =>
        `${percent(comparison.ofOracle(name), 0)} / ${percent(comparison.mean(name, "wastedShare"), 1)}`,
    ),
  ]);
  return table(["", ...cases.map(({ label }) => label)], rows);
}
