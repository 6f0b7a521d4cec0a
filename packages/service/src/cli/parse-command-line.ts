import { parseArgs } from "node:util";
import { HeadwayError } from "@headway/core";
import { nearest, unknownKey } from "../config/nearest.ts";
import type { Command, Flags, Invocation } from "./command.ts";

/** The flags and operands of one command. What a flag may hold is the command's to say. */
export function parseCommandLine(args: readonly string[], { flags }: Command): Invocation {
  const options = Object.fromEntries([
    ...flags.map(
      ({ name, argument }) =>
        [name, { type: argument === undefined ? "boolean" : "string" }] as const,
    ),
    ["help", { type: "boolean", short: "h" }] as const,
  ]);
  // Not strict: the parser's own complaint about an unknown flag would not say which one was meant.
  const { values, positionals } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
  });
  const known = ["help", ...flags.map(({ name }) => name)];
  for (const flag of Object.keys(values))
    if (!known.includes(flag)) throw unknownKey(`--${flag}`, flag, known);
  return {
    flags: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, flagValue(value)]),
    ),
    operands: positionals,
  };
}

function flagValue(
  value: string | boolean | (string | boolean)[] | undefined,
): string | boolean | undefined {
  return Array.isArray(value) ? value.at(-1) : value;
}

/** The values of flags that all take one. */
export function textFlags<Name extends string>(
  flags: Flags,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const texts: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = flags[name];
    if (value === undefined) continue;
    if (typeof value !== "string" || value === "")
      throw new HeadwayError("ERR_CONFIG_TYPE", `--${name} must have a value, got none`);
    texts[name] = value;
  }
  return texts;
}

export function unknownCommand(name: string, commands: readonly Command[]): HeadwayError {
  const names = commands.map((command) => command.name);
  const guess = nearest(name, names);
  const hint = guess === undefined ? "" : `; did you mean "${guess}"?`;
  return new HeadwayError(
    "ERR_COMMAND",
    `The command must be one of ${names.join(", ")}, got ${JSON.stringify(name)}${hint}`,
  );
}
