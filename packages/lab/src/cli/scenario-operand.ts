import { HeadwayError } from "@headway/core";
import { readScenario } from "../scenario/read-scenario.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { scenarioPath } from "../scenario/shipped-scenarios.ts";
import type { Flag, Invocation } from "./command.ts";

export const SET_FLAG: Flag = {
  name: "set",
  argument: "KEY=VALUE",
  help: "stands over the file, as coordination.stalenessMs=1000; may be repeated",
};

/** The scenario that the one operand names, with what `--set` says over it. */
export function scenarioOf(invocation: Invocation, directory: string): Scenario {
  const [name, ...others] = invocation.operands;
  if (name === undefined || others.length > 0)
    throw new HeadwayError(
      "ERR_COMMAND",
      `FILE must be one scenario, got ${invocation.operands.length}`,
    );
  return readScenario(scenarioPath(name, directory), { settings: invocation.texts("set") });
}
