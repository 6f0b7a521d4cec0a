import type { Command, CommandFlag } from "./command.ts";

const COLUMN_MIN = 22;

export function helpOfAll(commands: readonly Command[]): string {
  const rows = commands.map((command) => row(usageOf(command), command.summary));
  return [
    "usage: headway COMMAND [flags]",
    "",
    ...rows,
    "",
    "headway COMMAND --help tells a command's flags.",
  ].join("\n");
}

export function helpOf(command: Command): string {
  const head = [`usage: headway ${usageOf(command)} [flags]`, "", `${command.summary}.`];
  if (command.flags.length === 0) return head.join("\n");
  const width = Math.max(COLUMN_MIN, ...command.flags.map((flag) => flagText(flag).length + 2));
  return [...head, "", ...command.flags.map((flag) => row(flagText(flag), flag.help, width))].join(
    "\n",
  );
}

function usageOf({ name, operands }: Command): string {
  return operands === undefined ? name : `${name} ${operands}`;
}

function flagText({ name, argument }: CommandFlag): string {
  return argument === undefined ? `--${name}` : `--${name} ${argument}`;
}

function row(left: string, right: string, width = COLUMN_MIN): string {
  return `  ${left.padEnd(width)}${right}`;
}
