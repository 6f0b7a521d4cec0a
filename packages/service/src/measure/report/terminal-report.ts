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
import type { Paint } from "./paint.ts";
import { resampled, sparkline } from "./sparkline.ts";
import { shortened, textTable, wrapped } from "./text-table.ts";

export interface TerminalReportOptions {
  readonly columns: number;
  readonly rows: number;
  readonly paint: Paint;
}

const COLUMNS_MIN = 60;
const COLUMNS_MAX = 110;
/** Head, costs, titles and coverage, with the command's own line. */
const ROWS_FIXED = 13;
/** With fewer rows than this no line is left blank. */
const ROWS_ROOMY = 30;
/** Narrower than this, the tables have fewer columns. */
const COLUMNS_ROOMY = 95;

/** The report for one screen: what costs the most first, and as much of the rest as there are rows for. */
export function terminalReport(
  measurement: Measurement,
  { columns, rows, paint }: TerminalReportOptions,
): readonly string[] {
  const width = Math.min(COLUMNS_MAX, Math.max(COLUMNS_MIN, columns)) - 1;
  const room = roomFor(rows);
  const lines = [
    ...head(measurement, { width, paint }),
    ...findings(measurement, { width, paint, most: room.findings }),
    ...bars(measurement, { width, paint, most: room.bars }),
    ...dependencies(measurement, { width, paint, most: room.dependencies }),
    ...workflows(measurement, { width, paint, most: room.workflows, hasTails: room.hasTails }),
    ...coverage(measurement, { width, paint, most: room.notes }),
  ];
  return rows < ROWS_ROOMY ? lines.filter((line) => line !== "") : lines;
}

interface Part {
  readonly width: number;
  readonly paint: Paint;
  readonly most: number;
}

interface Room {
  /** Lines. */
  readonly findings: number;
  readonly bars: number;
  readonly dependencies: number;
  readonly workflows: number;
  readonly hasTails: boolean;
  readonly notes: number;
}

/** 24 rows hold the core of it, 40 all. */
function roomFor(rows: number): Room {
  const spare = Math.max(0, Math.min(rows, 60) - ROWS_FIXED);
  return {
    findings: Math.max(6, Math.floor(spare * 0.38)),
    bars: Math.max(2, Math.min(6, Math.floor(spare * 0.18))),
    dependencies: Math.max(2, Math.floor(spare * 0.2)),
    workflows: Math.max(1, Math.floor(spare * 0.12)),
    hasTails: rows >= ROWS_ROOMY,
    notes: Math.floor(spare * 0.12),
  };
}

function head(
  { totals, cost, coverage: { fromMs, toMs, spans } }: Measurement,
  { width, paint }: Pick<Part, "width" | "paint">,
): readonly string[] {
  const when =
    fromMs === null || toMs === null
      ? ""
      : ` · ${dayWord(fromMs)} ${clockWord(fromMs)} to ${clockWord(toMs)} UTC`;
  const { total, coordination, coordinationShare, currency } = cost;
  const money =
    total.money.amount === null || currency === null
      ? ""
      : `; ${moneyWord(total.money.amount, currency)} in all`;
  const counts = `${countOf(totals.attempts, "attempt")} for ${countOf(totals.calls, "call")} (${timesWord(totals.attemptsPerCall)}), ${countOf(totals.retries, "retry", "retries")} (${countWord(totals.correlatedRetries)} together), ${countWord(totals.failed)} failed, ${countOf(totals.agents, "agent")}`;
  const share =
    coordinationShare === null
      ? []
      : wrapped(
          `${percentWord(coordinationShare)} of agent time went into getting in each other's way: ${durationWord(coordination.agentSeconds * 1_000)} of ${durationWord(total.agentSeconds * 1_000)}${money}`,
          width,
        );
  return [
    `${paint.strong("headway measure")} · ${countOf(spans.used, "span")} · ${countOf(totals.runs, "run")}${when}`,
    ...wrapped(counts, width),
    ...share.map((line) => paint.strong(line)),
  ];
}

function findings(measurement: Measurement, { width, paint, most }: Part): readonly string[] {
  const lines: string[] = ["", paint.strong("What to know")];
  let left = most;
  for (const [index, finding] of measurement.findings.entries()) {
    const { subject, sentence, certainty, cost, kind } = finding;
    const price = priceOf(cost, measurement.cost.currency);
    const mark = certainty === "likely" ? " (likely)" : "";
    const text = `${subject === "" ? "" : `${subject}: `}${sentence}${price}${mark}`;
    const [first = "", ...rest] = wrapped(text, width - 3);
    // One that does not fit whole is left out, so that no sentence ends in its middle; the first always stands.
    if (index > 0 && rest.length + 1 > left) {
      lines.push(
        paint.faint(
          `   ${countWord(measurement.findings.length - index)} more in --json, --md and --html`,
        ),
      );
      break;
    }
    left -= rest.length + 1;
    const bullet =
      kind === "healthy" ? paint.good("●") : index === 0 ? paint.bad("●") : paint.warn("●");
    const shown = subject === "" ? first : first.replace(subject, () => paint.strong(subject));
    lines.push(` ${bullet} ${shown}`, ...rest.map((line) => `   ${line}`));
  }
  return lines;
}

function priceOf(cost: Measurement["findings"][number]["cost"], currency: string | null): string {
  const parts = [
    cost.agentSeconds > 0 ? `${durationWord(cost.agentSeconds * 1_000)} of agent time` : "",
    cost.money.amount !== null && currency !== null ? moneyWord(cost.money.amount, currency) : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : ` Cost: ${parts.join(", ")}.`;
}

const BAR_WIDTH = 24;

function bars({ series, cost }: Measurement, { paint, most, width }: Part): readonly string[] {
  const total = cost.total.agentSeconds;
  const wasted = series.bars.filter(({ kind }) => kind !== "useful");
  if (wasted.length === 0 || total === 0) return [];
  const shown = [
    ...wasted.slice(0, most - 1),
    ...series.bars.filter(({ kind }) => kind === "useful"),
  ];
  const labelWidth = Math.min(34, width - BAR_WIDTH - 24);
  return [
    "",
    paint.strong("Where agent time went"),
    ...shown.map(({ kind, label, agentSeconds, serverSeconds, certainty }) => {
      const share = agentSeconds / total;
      const filled = share > 0 ? Math.max(1, Math.round(share * BAR_WIDTH)) : 0;
      const bar = "█".repeat(filled) + "·".repeat(Math.max(0, BAR_WIDTH - filled));
      const amount =
        agentSeconds === 0 && serverSeconds > 0
          ? `${durationWord(serverSeconds * 1_000)} of servers`
          : `${durationWord(agentSeconds * 1_000)}  ${percentWord(share)}`;
      const colour = kind === "useful" ? paint.good : paint.warn;
      const [name = ""] = wrapped(label, labelWidth);
      return ` ${name.replace(/[,:]$/, "").padEnd(labelWidth)} ${colour(bar)} ${amount}${certainty === "likely" ? " (likely)" : ""}`;
    }),
  ];
}

function dependencies(
  { dependencies: all, series, drifts }: Measurement,
  { width, paint, most }: Part,
): readonly string[] {
  if (all.length === 0) return [];
  const isRoomy = width >= COLUMNS_ROOMY;
  const sparkWidth = isRoomy ? 16 : 8;
  const rows = all.slice(0, most).map((row) => {
    const band = series.latency.find(({ dependency }) => dependency === row.dependency);
    const failed = row.outcomes.error + row.outcomes.timeout + row.outcomes.throttled;
    const hasDrift = drifts.some(({ dependency }) => dependency === row.dependency);
    const together = row.retries.correlated > 0 ? ` (${countWord(row.retries.correlated)})` : "";
    return [
      row.dependency,
      countWord(row.attempts),
      timesWord(row.attemptsPerCall),
      ...(isRoomy ? [row.latency === null ? "" : durationWord(row.latency.p50Ms)] : []),
      row.latency === null ? "" : durationWord(row.latency.p95Ms),
      percentWord(row.attempts === 0 ? 0 : failed / row.attempts),
      `${countWord(row.retries.all)}${together}`,
      `${sparkOf(band, sparkWidth)}${hasDrift ? " !" : ""}`,
    ];
  });
  const right = (title: string, widthMax: number) => ({ title, align: "right", widthMax }) as const;
  const [title = "", ...lines] = textTable(
    [
      {
        title: `Dependencies (${countWord(all.length)})`,
        align: "left",
        widthMax: Math.max(18, width - (isRoomy ? 75 : 56)),
      },
      right("attempts", 10),
      right("a call", 7),
      ...(isRoomy ? [right("p50", 8)] : []),
      right("p95", 8),
      right("failed", 7),
      right("retries", 13),
      { title: isRoomy ? "p95 over time" : "p95", align: "left", widthMax: sparkWidth + 2 },
    ],
    rows,
  );
  return ["", paint.strong(title), ...lines];
}

function sparkOf(
  band: Measurement["series"]["latency"][number] | undefined,
  width: number,
): string {
  if (band === undefined) return "";
  const values: (number | null)[] = Array.from({ length: band.buckets }, () => null);
  for (const { bucket, p95Ms } of band.points) values[bucket] = p95Ms;
  return sparkline(resampled(values, width));
}

function workflows(
  { workflows: all }: Measurement,
  { width, paint, most, hasTails }: Part & { readonly hasTails: boolean },
): readonly string[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, most);
  const [title = "", ...lines] = textTable(
    [
      { title: `Workflows (${countWord(all.length)})`, align: "left", widthMax: width - 52 },
      { title: "runs", align: "right", widthMax: 10 },
      { title: "attempts a run", align: "right", widthMax: 14 },
      { title: "p50", align: "right", widthMax: 10 },
      { title: "p95", align: "right", widthMax: 10 },
    ],
    shown.map(({ workflow, runs, latency, attemptsPerRun }) => [
      workflow,
      countWord(runs),
      String(attemptsPerRun),
      latency === null ? "" : durationWord(latency.p50Ms),
      latency === null ? "" : durationWord(latency.p95Ms),
    ]),
  );
  const rows = lines.flatMap((line, index) => [
    line,
    ...(hasTails ? tailLines(shown[index]!, { width, paint }) : []),
  ]);
  return ["", paint.strong(title), ...rows];
}

/** Where the slowest twentieth spends its time: while something drifted, and otherwise. */
function tailLines(
  { tail }: Measurement["workflows"][number],
  { width, paint }: Pick<Part, "width" | "paint">,
): readonly string[] {
  const sides = [
    ["slowest runs in drift", tail.inDrift],
    ["slowest runs otherwise", tail.outOfDrift],
  ] as const;
  return sides.flatMap(([label, side]) => {
    if (side === null) return [];
    const parts = side.parts
      .filter(({ share }) => share >= 0.01)
      .slice(0, 3)
      .map(({ dependency, share }) => `${percentWord(share)} ${shortened(dependency, 28)}`);
    return [paint.faint(shortened(`  ${label}: ${parts.join(", ")}`, width))];
  });
}

const SHARES = [
  ["agent", "agent"],
  ["outcome", "outcome"],
  ["serverSide", "server side"],
  ["tokens", "tokens"],
  ["workflow", "workflow"],
  ["parent", "parents"],
] as const;

function coverage(
  { coverage: { share, spans, notes } }: Measurement,
  { width, paint, most }: Part,
): readonly string[] {
  const shares = SHARES.flatMap(([key, label]) => {
    const value = share[key];
    return value === null ? [] : `${label} ${percentWord(value)}`;
  });
  const rejected = Object.values(spans.rejected).reduce((sum, count) => sum + count, 0);
  const dropped = Object.values(spans.dropped).reduce((sum, count) => sum + count, 0);
  if (rejected > 0) shares.push(`${countWord(rejected)} rejected`);
  if (dropped > 0) shares.push(`${countWord(dropped)} dropped`);
  if (spans.outOfRange > 0) shares.push(`${countWord(spans.outOfRange)} out of range`);
  const lines = notes.flatMap((note) => wrapped(note, width - 1)).slice(0, most * 2);
  const known =
    shares.length === 0 ? [] : wrapped(`Known of the data: ${shares.join(", ")}`, width);
  return ["", ...[...known, ...lines.map((line) => ` ${line}`)].map(paint.faint)];
}
