import type { Command, Flag } from "./command.ts";

const COLUMN_MIN = 22;

export function helpOfAll(commands: readonly Command[]): string {
  return [
    "usage: headway lab COMMAND [flags]",
    "",
    ...commands.map((command) => row(usageOf(command), command.summary)),
    "",
    "headway lab COMMAND --help tells a command's flags.",
  ].join("\n");
}

export function helpOf(command: Command): string {
  const flags = command.flags.map((flag) => [flagText(flag), flag.help] as const);
  const width = Math.max(COLUMN_MIN, ...flags.map(([text]) => text.length + 2));
  return [
    `usage: headway lab ${usageOf(command)}${flags.length > 0 ? " [flags]" : ""}`,
    "",
    `${command.summary}.`,
    ...(flags.length > 0 ? [""] : []),
    ...flags.map(([text, help]) => row(text, help, width)),
  ].join("\n");
}

function usageOf({ name, operands }: Command): string {
  return operands === undefined ? name : `${name} ${operands}`;
}

function flagText({ name, argument }: Flag): string {
  return argument === undefined ? `--${name}` : `--${name} ${argument}`;
}

function row(left: string, right: string, width = COLUMN_MIN): string {
  return `  ${left.padEnd(width)}${right}`;
}
