import { POLICY_NAMES, policyNamed } from "../run/policy-named.ts";
import { COORDINATION_DEFAULT } from "../scenario/parse-coordination.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import { scenarioPath, shippedScenarios } from "../scenario/shipped-scenarios.ts";
import type { Command } from "./command.ts";
import { textTable } from "./text-table.ts";

export const listCommand: Command = {
  name: "list",
  summary: "Lists the scenarios that come with the lab, and the policies",
  flags: [],
  run: async (_invocation, { out }) => {
    const scenarios = shippedScenarios().map((name) => [
      name,
      readScenario(scenarioPath(name)).summary,
    ]);
    const policies = POLICY_NAMES.map((policy) => {
      const { name, kind, title, source } = policyNamed(policy, {
        coordination: COORDINATION_DEFAULT,
      });
      return [name, kind, title, source];
    });
    for (const line of textTable([["SCENARIO", "WHAT IT MODELS"], ...scenarios])) out(line);
    out("");
    for (const line of textTable([["POLICY", "KIND", "WHAT IT DOES", "SOURCE"], ...policies]))
      out(line);
    return 0;
  },
};
