import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { BENCHES, type Row } from "./benches.ts";

/**
 * Each benchmark in a process of its own, so that none runs code that another has made slow; within one, what is compared takes
 * turns, and a ratio is the median over the turns. Figures are of this machine now; ratios carry further.
 *
 *     npm run bench [NAME …] [-- --seconds 300] [--json]
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    seconds: { type: "string", default: "20" },
    /** Set by this program for its children. */
    only: { type: "string" },
  },
});

const isMet = ({ value, bar }: Row): boolean =>
  bar === undefined || ("atMost" in bar ? value <= bar.atMost : value >= bar.atLeast);

const shown = (value: number): string => (value >= 1_000 ? value.toFixed(0) : value.toPrecision(3));

function line(row: Row): string {
  const { name, value, unit, bar, note } = row;
  const wanted = bar === undefined ? "" : "atMost" in bar ? `≤ ${bar.atMost}` : `≥ ${bar.atLeast}`;
  const mark = bar === undefined ? " " : isMet(row) ? "✓" : "✗";
  const figure = `${shown(value)} ${unit}`;
  return `${mark} ${name.padEnd(62)} ${figure.padStart(16)}  ${wanted.padEnd(9)} ${note ?? ""}`.trimEnd();
}

function runApart(name: string): Row[] {
  const main = fileURLToPath(import.meta.url);
  const words = [...process.execArgv, main, "--only", name, "--seconds", values.seconds];
  const { stdout, status } = spawnSync(process.execPath, words, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`the benchmark ${name} ended with ${status}`);
  return JSON.parse(stdout) as Row[];
}

if (values.only === undefined) {
  const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
  const rows = names.flatMap((name) => {
    const found = runApart(name);
    if (!values.json) for (const row of found) console.log(line(row));
    return found;
  });
  if (values.json) console.log(JSON.stringify(rows, null, 2));
  process.exitCode = rows.every(isMet) ? 0 : 1;
} else {
  const rows = await BENCHES[values.only]!({ seconds: Number(values.seconds) });
  process.stdout.write(JSON.stringify(rows), () => process.exit());
}
