import { availableParallelism } from "node:os";
import { HeadwayError } from "@headway/core";
import type { Policy } from "../policies/policy.ts";
import type { RunOutcome } from "../run/outcome.ts";
import { policyNamed } from "../run/policy-named.ts";
import { runMany } from "../run/run-many.ts";
import { runScenario } from "../run/run-scenario.ts";
import { summarise } from "../run/summary.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Command, Invocation } from "./command.ts";
import { isPolicyFile, readPolicyFile } from "./policy-file.ts";
import { SET_FLAG, scenarioOf } from "./scenario-operand.ts";
import { summaryTable } from "./summary-table.ts";

const SEEDS_DEFAULT = 5;

export const runCommand: Command = {
  name: "run",
  operands: "FILE",
  summary: "Runs a scenario, by file or name, under one policy or several",
  flags: [
    {
      name: "policy",
      argument: "NAME[,NAME…]",
      help: "of headway lab list, or a file that exports a policy",
    },
    { name: "seeds", argument: "N", help: `how many runs of each; ${SEEDS_DEFAULT}` },
    { name: "seed-first", argument: "N", help: "the first seed, the others follow; 1" },
    { name: "threads", argument: "N", help: "runs at the same time; one for each core" },
    SET_FLAG,
    { name: "json", help: "summaries and every outcome as JSON, instead of the table" },
  ],
  run: async (invocation, { directory, out }) => {
    const scenario = scenarioOf(invocation, directory);
    const outcomes = await outcomesOf(scenario, invocation, directory);
    const summaries = summarise(outcomes);
    if (invocation.has("json")) {
      out(JSON.stringify({ scenario, summaries, outcomes }));
      return 0;
    }
    const { fromS, toS } = scenario.measure;
    const { seeds } = seedsOf(invocation);
    out(`${scenario.name}: ${scenario.summary}`);
    out(
      `Goodput from ${fromS} to ${toS} s, in the minute after and before; means over ${seeds} seeds ± half of their 95 % interval.`,
    );
    out("");
    for (const line of summaryTable(summaries)) out(line);
    return 0;
  },
};

/** In the order of the policies as they were named, and of the seeds. */
async function outcomesOf(
  scenario: Scenario,
  invocation: Invocation,
  directory: string,
): Promise<readonly RunOutcome[]> {
  const words = policiesOf(invocation);
  const { seeds, first } = seedsOf(invocation);
  const numbers = Array.from({ length: seeds }, (_, at) => first + at);
  const threads = invocation.count("threads", availableParallelism());
  const named = words.filter((word) => !isPolicyFile(word));
  // Before anything runs: the last name may be the wrong one.
  for (const name of named) policyNamed(name, scenario);
  const files = await policyFiles(words.filter(isPolicyFile), directory);
  const jobs = named.flatMap((policy) => numbers.map((seed) => ({ scenario, policy, seed })));
  const ofNamed = await runMany(jobs, { threads });
  return words.flatMap((word) => {
    const own = files.get(word);
    // A policy of a file is code and cannot be sent to a thread: it runs here.
    return own === undefined
      ? ofNamed.filter(({ policy }) => policy === word)
      : numbers.map((seed) => runScenario(scenario, own, seed));
  });
}

/** By the word that named each. */
async function policyFiles(
  paths: readonly string[],
  directory: string,
): Promise<ReadonlyMap<string, Policy>> {
  const files = new Map<string, Policy>();
  for (const path of paths) {
    const policy = await readPolicyFile(path, directory);
    // Outcomes are told apart by the policy's name: two of one name would be averaged.
    const [other] = [...files].find(([, { name }]) => name === policy.name) ?? [];
    if (other !== undefined)
      throw new HeadwayError(
        "ERR_CONFIG_RANGE",
        `${path} must have a name of its own, got ${policy.name}, which is that of ${other}`,
      );
    files.set(path, policy);
  }
  return files;
}

function policiesOf(invocation: Invocation): readonly string[] {
  const names = invocation.texts("policy").flatMap((text) => text.split(","));
  if (names.length > 0 && names.every((name) => name !== "")) return [...new Set(names)];
  throw new HeadwayError(
    "ERR_COMMAND",
    `run must get --policy NAME, got ${names.length === 0 ? "none" : JSON.stringify(names.join(","))}; headway lab list tells the names`,
  );
}

function seedsOf(invocation: Invocation): { readonly seeds: number; readonly first: number } {
  return {
    seeds: invocation.count("seeds", SEEDS_DEFAULT),
    first: invocation.count("seed-first", 1),
  };
}
