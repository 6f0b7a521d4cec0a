import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { HeadwayError } from "@headway/core";
import type { ServiceConfig } from "../config/config.ts";
import { loadConfig } from "../config/load-config.ts";
import { readHeadwayFile } from "../policy/headway-file.ts";
import { POLICY_SET_DEFAULT, policyFor } from "../policy/policy-set.ts";
import type { Arrival } from "../replay/arrival.ts";
import { printReport } from "../replay/print-report.ts";
import { readArrivals } from "../replay/read-arrivals.ts";
import { replay as replayRecording } from "../replay/replay.ts";
import type { NamedPolicy } from "../replay/replay.ts";
import type { Command, Terminal } from "./command.ts";
import { textFlags } from "./parse-command-line.ts";

const POLICY_FILE_DEFAULT = "headway.yaml";
const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

export const replay: Command = {
  name: "replay",
  operands: "FILES…",
  summary: "Says what Headway would have noticed, decided and saved, from recorded traces",
  flags: [
    {
      name: "policy",
      argument: "FILE",
      help: `the policy; ${POLICY_FILE_DEFAULT} here, if there is one`,
    },
    { name: "against", argument: "FILE", help: "another policy, side by side" },
    {
      name: "via",
      argument: "WAY",
      help: "traces: as OTLP traces at the service; processor: as with the span processor",
    },
    { name: "from", argument: "TIME", help: "count from here on; what is before is learned from" },
    {
      name: "to",
      argument: "TIME",
      help: "stop here; times are RFC 3339, or 90s, 5m, 1h from the start",
    },
    { name: "tenant", argument: "NAME", help: "of a recording with several; its policy, too" },
    { name: "json", help: "the report as JSON" },
  ],
  run: async ({ flags, operands }, terminal) => {
    const names = ["policy", "against", "via", "from", "to", "tenant"] as const;
    const text = textFlags(flags, names);
    if (operands.length === 0)
      throw new HeadwayError("ERR_COMMAND", "replay must get at least one FILE, got none");
    const tenant = text.tenant ?? "default";
    const via = viaOf(text.via);
    const policies = [text.policy, ...(text.against === undefined ? [] : [text.against])].map(
      (file) => policyOf(file, tenant, terminal),
    );
    const { directory, signal } = terminal;
    const { arrivals, rejected, notes } = await readArrivals(operands, {
      directory,
      tenant,
      signal,
    });
    if (signal.aborted) return 1;
    const [first] = arrivals.list.filter(isHeard);
    if (first === undefined)
      throw new HeadwayError(
        "ERR_COMMAND",
        `replay must get at least one span or report, got none${notes.length > 0 ? `: ${notes[0]}` : ""}`,
      );
    const fromMs = timeOf("from", text.from, first.atMs);
    const toMs = timeOf("to", text.to, first.atMs) ?? Number.POSITIVE_INFINITY;
    const { tickMs, settleMs, limits } = policies[0]!.config;
    const report = replayRecording({
      files: operands,
      arrivals: { ...arrivals, list: arrivals.list.filter(({ atMs }) => atMs < toMs) },
      rejected,
      notes,
      policies,
      via,
      fromMs,
      tickMs: arrivals.tickMs ?? tickMs,
      settleMs: arrivals.settleMs ?? settleMs,
      limits,
    });
    if (flags["json"] === true) terminal.out(JSON.stringify(report, null, 2));
    else for (const line of printReport(report)) terminal.out(line);
    return 0;
  },
};

function isHeard({ kind }: Arrival): boolean {
  return kind === "spans" || kind === "reports";
}

function policyOf(
  file: string | undefined,
  tenant: string,
  { directory }: Terminal,
): NamedPolicy & { readonly config: ServiceConfig } {
  const name = file ?? POLICY_FILE_DEFAULT;
  const path = resolve(directory, name);
  const config = loadConfig({
    flags: file === undefined ? {} : { policy: file },
    environment: {},
    directory,
  });
  const isDefault = file === undefined && !existsSync(path);
  const set = isDefault ? POLICY_SET_DEFAULT : readHeadwayFile(path).policies;
  return { name: isDefault ? "default" : name, policy: policyFor(set, tenant), config };
}

function viaOf(text = "traces"): "traces" | "processor" {
  if (text === "traces" || text === "processor") return text;
  throw new HeadwayError(
    "ERR_CONFIG_RANGE",
    `--via must be traces or processor, got ${JSON.stringify(text)}`,
  );
}

function timeOf(flag: string, text: string | undefined, firstMs: number): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return firstMs + Number(count) * UNITS_MS[unit]!;
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new HeadwayError(
    "ERR_CONFIG_RANGE",
    `--${flag} must be a time such as 2026-11-22T10:15:30Z, or 90s, 5m or 1h from the start, got ${JSON.stringify(text)}`,
  );
}
