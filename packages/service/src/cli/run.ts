import { readFileSync } from "node:fs";
import { HeadwayError } from "@headway/core";
import { check } from "./check.ts";
import type { Command, Terminal } from "./command.ts";
import { decisions } from "./decisions.ts";
import { helpOf, helpOfAll } from "./help.ts";
import { lab } from "./lab.ts";
import { measure } from "./measure.ts";
import { parseCommandLine, unknownCommand } from "./parse-command-line.ts";
import { replay } from "./replay.ts";
import { serve } from "./serve.ts";
import { watch } from "./watch.ts";

const COMMANDS: readonly Command[] = [serve, check, decisions, watch, measure, replay, lab];

/** Runs one command line; the answer is the exit code. A mistake of the user is one line and a 1, never a stack. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    if (!(error instanceof HeadwayError)) throw error;
    terminal.error(`headway: ${error.message} [${error.code}]`);
    return 1;
  }
}

async function dispatch([name, ...rest]: readonly string[], terminal: Terminal): Promise<number> {
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    terminal.out(helpOfAll(COMMANDS));
    return name === undefined ? 1 : 0;
  }
  if (name === "--version") {
    terminal.out(version());
    return 0;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) throw unknownCommand(name, COMMANDS);
  if (command.isPassedOn === true) return command.run({ flags: {}, operands: rest }, terminal);
  const { flags, operands } = parseCommandLine(rest, command);
  if (flags["help"] === true) {
    terminal.out(helpOf(command));
    return 0;
  }
  if (command.operands === undefined && operands.length > 0) {
    throw new HeadwayError(
      "ERR_COMMAND",
      `${name} must be given flags only, got ${JSON.stringify(operands[0])}`,
    );
  }
  return command.run({ flags, operands }, terminal);
}

function version(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "unknown";
}
