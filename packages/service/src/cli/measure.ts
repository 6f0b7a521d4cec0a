import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { HeadwayError } from "@headway/core";
import { readConfigFile } from "../config/read-config-file.ts";
import { readHeadwayFile } from "../policy/headway-file.ts";
import { htmlReport } from "../measure/html/html-report.ts";
import { measureFiles } from "../measure/measure-files.ts";
import type { MeasureFilesOptions } from "../measure/measure-files.ts";
import { MeasurementSchema } from "../measure/measurement.ts";
import type { Measurement } from "../measure/measurement.ts";
import { parsePrices } from "../measure/prices.ts";
import { markdownReport } from "../measure/report/markdown-report.ts";
import { COLOURS, PLAIN } from "../measure/report/paint.ts";
import { ProgressLine } from "../measure/report/progress-line.ts";
import { terminalReport } from "../measure/report/terminal-report.ts";
import type { Command, Flags, Terminal } from "./command.ts";
import { textFlags } from "./parse-command-line.ts";

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const TEXT_FLAGS = [
  "html",
  "prices",
  "policy",
  "from",
  "to",
  "service",
  "lookback",
  "header",
] as const;
/** Where nobody looks at a screen: wide enough for the tables, long enough for all of it. */
const PAGE = { columns: 100, rows: 60 };

export const measure: Command = {
  name: "measure",
  operands: "FILES…",
  summary: "Says what coordination costs you today, from traces you already have",
  flags: [
    { name: "html", argument: "FILE", help: "also write the report as one page to look at" },
    { name: "json", help: "all that was measured, as JSON" },
    { name: "md", help: "for a pull request" },
    { name: "schema", help: "the JSON's schema, and nothing else" },
    { name: "prices", argument: "FILE", help: "what dependencies cost: see docs/measure.md" },
    { name: "policy", argument: "FILE", help: "a headway.yaml, for its identities" },
    { name: "from", argument: "TIME", help: "only spans that start at or after it, RFC 3339" },
    { name: "to", argument: "TIME", help: "only spans that start before it" },
    { name: "service", argument: "NAME", help: "only spans of it; of a URL: only traces with it" },
    { name: "lookback", argument: "TIME", help: "of a URL: how far back, such as 30m, 6h or 2d" },
    { name: "header", argument: "TEXT", help: 'of a URL: sent along, such as "Authorization: …"' },
  ],
  run: async ({ flags, operands }, terminal) => {
    if (flags["schema"] === true) {
      terminal.out(JSON.stringify(MeasurementSchema, null, 2));
      return 0;
    }
    if (operands.length === 0)
      throw new HeadwayError(
        "ERR_COMMAND",
        "measure must get FILES, URLs or - for standard input, got none",
      );
    const text = textFlags(flags, TEXT_FLAGS);
    const progress = new ProgressLine(terminal.progress);
    const measurement = await measureFiles(operands, {
      ...optionsOf(text, operands, terminal),
      onProgress: (now) => progress.show(now),
    });
    progress.clear();
    if (terminal.signal.aborted) return 1;
    if (text.html !== undefined) writeReport(resolve(terminal.directory, text.html), measurement);
    for (const line of linesOf(measurement, flags, terminal)) terminal.out(line);
    if (text.html !== undefined && flags["json"] !== true && flags["md"] !== true)
      terminal.out(`The whole report: ${text.html}`);
    const { spans } = measurement.coverage;
    return spans.read === 0 && Object.keys(spans.rejected).length > 0 ? 1 : 0;
  },
};

type Texts = Partial<Record<(typeof TEXT_FLAGS)[number], string>>;

function optionsOf(
  { prices, policy, from, to, service, lookback, header }: Texts,
  operands: readonly string[],
  { directory, signal }: Terminal,
): MeasureFilesOptions {
  const file = prices === undefined ? undefined : resolve(directory, prices);
  return {
    directory,
    signal,
    ...(file !== undefined && { prices: parsePrices(readConfigFile(file, "price file"), file) }),
    ...(policy !== undefined && {
      identities: readHeadwayFile(resolve(directory, policy)).policies.common.identities,
    }),
    ...(from !== undefined && { fromMs: timeOf("from", from) }),
    ...(to !== undefined && { toMs: timeOf("to", to) }),
    ...(service !== undefined && { service }),
    // A backend gives whole traces of a service, which say more than its own spans do.
    isServiceFiltered: !operands.some((operand) => /^https?:\/\//.test(operand)),
    ...(lookback !== undefined && { lookbackMs: lookbackOf(lookback) }),
    ...(header !== undefined && { headers: headerOf(header) }),
  };
}

function linesOf(measurement: Measurement, flags: Flags, { screen }: Terminal): readonly string[] {
  if (flags["json"] === true) return [JSON.stringify(measurement, null, 2)];
  if (flags["md"] === true) return [markdownReport(measurement)];
  return terminalReport(measurement, {
    columns: screen?.columns() ?? PAGE.columns,
    rows: screen?.rows() ?? PAGE.rows,
    paint: screen?.hasColours === true ? COLOURS : PLAIN,
  });
}

function writeReport(path: string, measurement: Measurement): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, htmlReport(measurement));
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "an error";
    throw new HeadwayError(
      "ERR_CONFIG_FILE",
      `--html must be a file that can be written, got ${reason} for ${path}`,
    );
  }
}

function timeOf(flag: string, text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new HeadwayError(
    "ERR_CONFIG_RANGE",
    `--${flag} must be a time such as 2026-11-22T10:15:30Z, got ${JSON.stringify(text)}`,
  );
}

function lookbackOf(text: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return Number(count) * UNITS_MS[unit]!;
  throw new HeadwayError(
    "ERR_CONFIG_RANGE",
    `--lookback must be a length of time such as 30m, 6h or 2d, got ${JSON.stringify(text)}`,
  );
}

/** The value is a secret: an error must not show it. */
function headerOf(text: string): Readonly<Record<string, string>> {
  const colon = text.indexOf(":");
  const name = text.slice(0, Math.max(0, colon)).trim();
  if (/^[A-Za-z0-9-]+$/.test(name)) return { [name]: text.slice(colon + 1).trim() };
  throw new HeadwayError(
    "ERR_CONFIG_RANGE",
    '--header must be "Name: value", got something without a name and a colon',
  );
}
