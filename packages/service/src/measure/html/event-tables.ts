import type { Measurement } from "../measurement.ts";
import {
  certaintyColumn,
  costColumns,
  countColumn,
  msColumn,
  nameColumn,
  secondsColumn,
} from "./cells.ts";
import { clippedName, clippedSentence } from "./clipped-name.ts";
import { markup } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { formatClock, formatCount, formatDayClock, formatMean, formatMs } from "./number-format.ts";
import { renderTable } from "./table.ts";
import type { Column } from "./table.ts";

type Burst = Measurement["bursts"][number];
type Drift = Measurement["drifts"][number];
type Loop = Measurement["loops"][number];
type Cut = Measurement["cuts"][number];

const SUMMARY_LENGTH_MAX = 200;
const TOP_AGENTS_MAX = 3;
const DAY_MS = 86_400_000;

export function renderBursts({ bursts, cost, coverage, leftOut }: Measurement): Markup {
  const ranks = new Map(bursts.map((burst, at) => [burst, at + 1]));
  const rankOf = (burst: Burst): number => ranks.get(burst) ?? 0;
  return renderTable<Burst>({
    caption: "Bursts of retries: when, who, and how much in step",
    rows: bursts,
    leftOut: leftOut["bursts"],
    columns: [
      { title: "Burst", value: rankOf, cell: (burst) => formatCount(rankOf(burst)) },
      nameColumn("Dependency", ({ dependency }) => dependency),
      momentColumn("From", coverage, ({ fromMs }) => fromMs),
      msColumn("For", ({ fromMs, toMs }) => toMs - fromMs),
      countColumn("Retries", ({ retries }) => retries),
      countColumn("Agents", ({ agents }) => agents),
      { title: "Foremost", cell: foremost },
      {
        title: "Coherence",
        value: ({ coherence }) => coherence,
        cell: ({ coherence }) => (coherence === null ? "–" : formatMean(coherence)),
      },
      {
        title: "R (95 %)",
        value: ({ reproduction }) => reproduction?.mean ?? null,
        cell: reproductionOf,
      },
      { title: "By chance", value: ({ chance }) => chance, cell: ({ chance }) => oddsOf(chance) },
      ...costColumns(bursts, cost.currency),
      certaintyColumn(({ certainty }) => certainty),
    ],
  });
}

export function renderDrifts({ drifts, coverage, leftOut }: Measurement): Markup {
  return renderTable<Drift>({
    caption: "Drifts: when a dependency left its own usual",
    rows: drifts,
    leftOut: leftOut["drifts"],
    columns: [
      nameColumn("Dependency", ({ dependency }) => dependency),
      { title: "Is", cell: ({ kind }) => clippedName(kind, 20) },
      momentColumn("From", coverage, ({ fromMs }) => fromMs),
      momentColumn("Sure at", coverage, ({ firedMs }) => firedMs),
      {
        title: "For",
        value: ({ fromMs, toMs }) => toMs - fromMs,
        cell: ({ fromMs, toMs, isOpen }) =>
          `${formatMs(toMs - fromMs)}${isOpen ? ", to the end of the data" : ""}`,
      },
      {
        title: "Told from",
        cell: ({ summary }) =>
          markup`<span class="words">${clippedSentence(summary, SUMMARY_LENGTH_MAX)}</span>`,
      },
    ],
  });
}

export function renderLoops({ loops, cost, coverage, leftOut }: Measurement): Markup {
  return renderTable<Loop>({
    caption: "Loops: an agent that does the same again, evenly spaced, with the same outcome",
    rows: loops,
    leftOut: leftOut["loops"],
    columns: [
      nameColumn("Agent", ({ agent }) => agent),
      nameColumn("Dependency", ({ dependency }) => dependency),
      countColumn("Cycles", ({ cycles }) => cycles),
      countColumn("Times", ({ times }) => times),
      { title: "Ended", cell: ({ outcome }) => clippedName(outcome, 20) },
      momentColumn("First", coverage, ({ fromMs }) => fromMs),
      momentColumn("Last", coverage, ({ toMs }) => toMs),
      ...costColumns(loops, cost.currency),
      certaintyColumn(({ certainty }) => certainty),
    ],
  });
}

export function renderCuts({ cuts, cost, leftOut }: Measurement): Markup {
  return renderTable<Cut>({
    caption: "Time-outs: servers that worked on for nobody",
    rows: cuts,
    leftOut: leftOut["cuts"],
    columns: [
      nameColumn("Dependency", ({ dependency }) => dependency),
      countColumn("Worked on", ({ attempts }) => attempts),
      msColumn("Caller waited", ({ clientMeanMs }) => clientMeanMs),
      msColumn("Server worked", ({ serverMeanMs }) => serverMeanMs),
      secondsColumn("For nobody", ({ serverSeconds }) => serverSeconds),
      countColumn("Attempts it started", ({ attemptsBelow }) => attemptsBelow),
      countColumn("Time-outs, server unseen", ({ timeouts }) => timeouts),
      ...costColumns(cuts, cost.currency),
      certaintyColumn(({ certainty }) => certainty),
    ],
  });
}

function momentColumn<Row>(
  title: string,
  { fromMs, toMs }: Measurement["coverage"],
  atMs: (row: Row) => number,
): Column<Row> {
  const format = (toMs ?? 0) - (fromMs ?? 0) > DAY_MS ? formatDayClock : formatClock;
  // The sort key keeps six digits: milliseconds since the start of the data, not of the epoch.
  return { title, value: (row) => atMs(row) - (fromMs ?? 0), cell: (row) => format(atMs(row)) };
}

function foremost({ topAgents, agents }: Burst): Markup {
  const shown = topAgents.slice(0, TOP_AGENTS_MAX);
  const more = Math.max(agents, topAgents.length) - shown.length;
  const names = shown.map(
    ({ agent, retries }) => `${clippedName(agent, 24)} ${formatCount(retries)}`,
  );
  return markup`<span class="words">${names.join(", ")}${more > 0 && ` and ${formatCount(more)} more`}</span>`;
}

function reproductionOf({ reproduction }: Burst): string {
  if (reproduction === null) return "–";
  const [mean, low, high] = [reproduction.mean, reproduction.low, reproduction.high].map((value) =>
    value.toFixed(1),
  );
  return `${mean} (${low} to ${high})`;
}

/** Whole powers of ten: a chance is never known better. */
function oddsOf(chance: number): string {
  if (!(chance > 0)) return "<10⁻¹²";
  if (chance >= 0.01) return `1 in ${formatCount(1 / chance)}`;
  const power = Math.ceil(Math.log10(chance));
  return power < -12 ? "<10⁻¹²" : `<10⁻${superscript(-power)}`;
}

function superscript(whole: number): string {
  return Array.from(String(whole), (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? "").join("");
}
