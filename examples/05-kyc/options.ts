import { parseArgs } from "node:util";

export interface DemoOptions {
  readonly runs: number;
  readonly seed: number;
  /** Phases of some ten seconds: shows the effect, proves no bar. */
  readonly short: boolean;
  /** The result as JSON on standard output, and nothing else there. */
  readonly json: boolean;
  /** Ends with code 1 where a bar is missed. */
  readonly check: boolean;
  /** Where the page goes. */
  readonly out: string;
}

export const USAGE = `KYC on a degraded identity provider, without and with Headway.

  npm run demo -- [options]

  --runs N    repeat with seeds S, S+1, …; figures are medians   (default 1)
  --seed S    cases, service times and jitter depend on it alone  (default 7)
  --short     phases of 12 to 14 s instead of 30 to 40 s
  --check     end with code 1 where a claim is not met
  --json      print the result as JSON
  --out FILE  where the page goes                 (default examples/05-kyc/out/index.html)`;

/** Undefined: asked for help. A wrong option throws, with what was wrong. */
export function parseOptions(args: readonly string[]): DemoOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: "string", default: "1" },
      seed: { type: "string", default: "7" },
      short: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      out: { type: "string", default: new URL("out/index.html", import.meta.url).pathname },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const { short, json, check, out } = values;
  return {
    runs: natural("runs", values.runs),
    seed: natural("seed", values.seed),
    short,
    json,
    check,
    out,
  };
}

function natural(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${name} must be a whole number from 1, got "${text}"`);
  return value;
}
