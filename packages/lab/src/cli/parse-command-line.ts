import { parseArgs } from "node:util";
import { HeadwayError } from "@headway/core";
import { unknownKey } from "../scenario/nearest.ts";
import type { Command, Invocation } from "./command.ts";

type Values = Readonly<Record<string, readonly (string | boolean)[] | undefined>>;

/** The flags and operands of one command; whatever it does not know is told with its nearest kin. */
export function parseCommandLine(args: readonly string[], command: Command): Invocation {
  const flags = [...command.flags, { name: "help", help: "" }];
  const { values, positionals } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      flags.map((flag) => [
        flag.name,
        { type: "argument" in flag ? "string" : "boolean", multiple: true } as const,
      ]),
    ),
    // Its own complaint about an unknown flag would not say which one was meant.
    strict: false,
    allowPositionals: true,
  });
  const known = flags.map(({ name }) => name);
  const lists: Record<string, (string | boolean)[]> = {};
  for (const [name, value] of Object.entries(values)) {
    if (!known.includes(name)) throw unknownKey(`--${name}`, name, known);
    lists[name] = [value ?? true].flat();
  }
  if (command.operands === undefined && positionals.length > 0)
    throw new HeadwayError(
      "ERR_COMMAND",
      `${command.name} must be given flags only, got ${JSON.stringify(positionals[0])}`,
    );
  return invocationOf(lists, positionals);
}

function invocationOf(values: Values, operands: readonly string[]): Invocation {
  const texts = (flag: string): readonly string[] =>
    (values[flag] ?? []).map((value) => {
      if (typeof value === "string" && value !== "") return value;
      throw new HeadwayError("ERR_CONFIG_TYPE", `--${flag} must have a value, got none`);
    });
  return {
    operands,
    has: (flag) => values[flag] !== undefined,
    texts,
    text: (flag) => texts(flag).at(-1),
    count: (flag, fallback) => {
      const text = texts(flag).at(-1);
      if (text === undefined) return fallback;
      if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
      throw new HeadwayError(
        "ERR_CONFIG_RANGE",
        `--${flag} must be an integer between 1 and 999999, got ${JSON.stringify(text)}`,
      );
    },
  };
}
