import { HeadwayError } from "@headway/core";
import { nearest } from "../scenario/nearest.ts";
import { checkCommand } from "./check-command.ts";
import type { Command, Terminal } from "./command.ts";
import { detectCommand } from "./detect-command.ts";
import { helpOf, helpOfAll } from "./help.ts";
import { listCommand } from "./list-command.ts";
import { parseCommandLine } from "./parse-command-line.ts";
import { resultsCommand } from "./results-command.ts";
import { runCommand } from "./run-command.ts";

const COMMANDS: readonly Command[] = [
  runCommand,
  checkCommand,
  listCommand,
  detectCommand,
  resultsCommand,
];

/** Runs one command line; the answer is the exit code. A mistake of the user is one line and a 1, never a stack. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    if (!(error instanceof HeadwayError)) throw error;
    terminal.error(`headway lab: ${error.message} [${error.code}]`);
    return 1;
  }
}

async function dispatch([name, ...rest]: readonly string[], terminal: Terminal): Promise<number> {
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    terminal.out(helpOfAll(COMMANDS));
    return name === undefined ? 1 : 0;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) throw unknownCommand(name);
  const invocation = parseCommandLine(rest, command);
  if (invocation.has("help")) {
    terminal.out(helpOf(command));
    return 0;
  }
  return command.run(invocation, terminal);
}

function unknownCommand(name: string): HeadwayError {
  const names = COMMANDS.map((command) => command.name);
  const guess = nearest(name, names);
  const hint = guess === undefined ? "" : `; did you mean "${guess}"?`;
  return new HeadwayError(
    "ERR_COMMAND",
    `The command must be one of ${names.join(", ")}, got ${JSON.stringify(name)}${hint}`,
  );
}
