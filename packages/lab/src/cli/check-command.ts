import type { Command } from "./command.ts";
import { SET_FLAG, scenarioOf } from "./scenario-operand.ts";

export const checkCommand: Command = {
  name: "check",
  operands: "FILE",
  summary: "Checks a scenario file and says what it holds",
  flags: [SET_FLAG],
  run: async (invocation, { directory, out }) => {
    const { name, dependencies, workloads, faults, durationS } = scenarioOf(invocation, directory);
    const parts = [
      counted(dependencies.length, "dependency", "dependencies"),
      counted(workloads.length, "workload", "workloads"),
      counted(faults.length, "fault", "faults"),
    ];
    out(`${name} is fine: ${parts.join(", ")}, ${durationS} s`);
    return 0;
  },
};

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
