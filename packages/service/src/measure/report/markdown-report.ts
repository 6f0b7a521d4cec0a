import type { Measurement } from "../measurement.ts";
import {
  clockWord,
  countOf,
  countWord,
  dayWord,
  durationWord,
  moneyWord,
  percentWord,
  timesWord,
} from "../words.ts";

/** For a pull request: the findings, then tables that fold away. GitHub's flavour. */
export function markdownReport(measurement: Measurement): string {
  return [
    "## What coordination costs",
    "",
    ...summary(measurement),
    "",
    "### What to know",
    "",
    ...measurement.findings.map(
      ({ subject, sentence, advice, certainty, cost }) =>
        `- ${subject === "" ? "" : `**${escaped(subject)}**: `}${escaped(sentence)}${cost.agentSeconds > 0 ? ` ${durationWord(cost.agentSeconds * 1_000)} of agent time.` : ""} _${certainty}_${advice === "" ? "" : ` ${escaped(advice)}`}`,
    ),
    "",
    ...barTable(measurement),
    ...folded("Dependencies", dependencyTable(measurement)),
    ...folded("Workflows", workflowTable(measurement)),
    ...folded("Bursts of retries", burstTable(measurement)),
    ...folded("Fan-out", hopTable(measurement)),
    ...coverage(measurement),
  ].join("\n");
}

const ROWS_MAX = 15;

function summary({
  totals,
  cost,
  coverage: { spans, fromMs, toMs },
}: Measurement): readonly string[] {
  const { currency, total, coordination, coordinationShare } = cost;
  const money =
    total.money.amount === null || currency === null
      ? ""
      : ` The whole cost ${moneyWord(total.money.amount, currency)} (${total.money.certainty}).`;
  const when =
    fromMs === null || toMs === null
      ? ""
      : `, ${dayWord(fromMs)} ${clockWord(fromMs)} to ${clockWord(toMs)} UTC`;
  const share =
    coordinationShare === null
      ? ""
      : ` **${percentWord(coordinationShare)}** of the agents' time went into getting in each other's way: ${durationWord(coordination.agentSeconds * 1_000)} of ${durationWord(total.agentSeconds * 1_000)} (${cost.certainty}).`;
  return [
    `${countOf(totals.attempts, "attempt")} for ${countOf(totals.calls, "call")} (${timesWord(totals.attemptsPerCall)}), ${countOf(totals.retries, "retry", "retries")}, ${countWord(totals.correlatedRetries)} of them together; from ${countOf(spans.used, "span")}${when}.${share}${money}`,
  ];
}

function barTable({ series, cost }: Measurement): readonly string[] {
  if (series.bars.length < 2) return [];
  const total = cost.total.agentSeconds;
  return [
    ...table(
      ["Where agent time went", "time", "share", "attempts", ""],
      series.bars.map((bar) => [
        bar.label,
        bar.agentSeconds === 0 && bar.serverSeconds > 0
          ? `${durationWord(bar.serverSeconds * 1_000)} of servers`
          : durationWord(bar.agentSeconds * 1_000),
        total > 0 ? percentWord(bar.agentSeconds / total) : "",
        countWord(bar.attempts),
        bar.certainty,
      ]),
    ),
    "",
  ];
}

function dependencyTable({ dependencies }: Measurement): readonly string[] {
  return table(
    [
      "dependency",
      "calls",
      "attempts a call",
      "p50",
      "p95",
      "p99",
      "failed",
      "retries",
      "together",
    ],
    dependencies
      .slice(0, ROWS_MAX)
      .map((row) => [
        row.dependency,
        countWord(row.calls),
        timesWord(row.attemptsPerCall),
        ...latencyCells(row.latency),
        countWord(row.outcomes.error + row.outcomes.timeout + row.outcomes.throttled),
        countWord(row.retries.all),
        countWord(row.retries.correlated),
      ]),
  );
}

function workflowTable({ workflows }: Measurement): readonly string[] {
  return table(
    ["workflow", "runs", "attempts a run", "p50", "p95", "p99", "in drift", "the slowest spend"],
    workflows.slice(0, ROWS_MAX).map((row) => [
      row.workflow,
      countWord(row.runs),
      String(row.attemptsPerRun),
      ...latencyCells(row.latency),
      countWord(row.runsInDrift),
      ((row.tail.inDrift ?? row.tail.outOfDrift)?.parts ?? [])
        .slice(0, 3)
        .map(({ dependency, share }) => `${percentWord(share)} ${dependency}`)
        .join(", "),
    ]),
  );
}

function burstTable({ bursts }: Measurement): readonly string[] {
  return table(
    ["dependency", "at (UTC)", "for", "retries", "agents", "runs", "in step", "R"],
    bursts
      .slice(0, ROWS_MAX)
      .map((row) => [
        row.dependency,
        clockWord(row.fromMs),
        durationWord(row.toMs - row.fromMs),
        countWord(row.retries),
        countWord(row.agents),
        countWord(row.runs),
        row.coherence === null ? "" : timesWord(row.coherence),
        row.reproduction === null ? "" : row.reproduction.mean.toFixed(2),
      ]),
  );
}

function hopTable({ hops }: Measurement): readonly string[] {
  return table(
    ["from", "to", "calls", "width", "widest", "attempts a parent"],
    hops
      .slice(0, ROWS_MAX)
      .map((row) => [
        row.from,
        row.to,
        countWord(row.calls),
        String(row.widthMean),
        countWord(row.widthMax),
        timesWord(row.amplification),
      ]),
  );
}

function latencyCells(latency: Measurement["dependencies"][number]["latency"]): readonly string[] {
  if (latency === null) return ["", "", ""];
  return [latency.p50Ms, latency.p95Ms, latency.p99Ms].map(durationWord);
}

function coverage({ coverage: { spans, share, notes } }: Measurement): readonly string[] {
  const shares = Object.entries(share).flatMap(([name, value]) =>
    value === null ? [] : `${name} ${percentWord(value)}`,
  );
  const rejected = Object.entries(spans.rejected).map(
    ([why, count]) => `${countWord(count)} ${why}`,
  );
  return [
    `Known of the data: ${shares.length === 0 ? "nothing" : shares.join(", ")}.${rejected.length > 0 ? ` Rejected: ${rejected.join(", ")}.` : ""}`,
    ...notes.map((note) => `- ${escaped(note)}`),
    "",
  ];
}

function folded(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length <= 2) return [];
  return [`<details><summary>${title}</summary>`, "", ...lines, "", "</details>", ""];
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return [
    `| ${titles.join(" | ")} |`,
    `| ${titles.map((_, index) => (index === 0 ? "---" : "---:")).join(" | ")} |`,
    ...rows.map((row) => `| ${row.map(escaped).join(" | ")} |`),
  ];
}

/** Names come from the data: they must not become markup. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>|]/g, String.raw`\$&`).replaceAll(/[\r\n]+/g, " ");
}
