import { readFileSync } from "node:fs";
import type { Bar, RunPair } from "../metrics/bars.ts";
import type { RunRecord } from "../metrics/run-record.ts";
import { seriesOf, smooth } from "../metrics/series.ts";
import type { RunSeries } from "../metrics/series.ts";
import { faultEndMs, horizonMs } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";
import { comparisonRows } from "./comparison.ts";
import { PLOT_AREA, renderPlot } from "./plot.ts";
import type { Plot, PlotFrame, PlotLine } from "./plot.ts";

export interface PageContent {
  readonly pairs: readonly RunPair[];
  readonly bars: readonly Bar[];
  readonly record: Readonly<{ without: RunRecord; with: RunRecord }>;
}

const SMOOTH_SECONDS = 3;

/** One file that needs nothing else: no network, no fonts, light and dark, and readable with scripts off. */
export function renderPage({ pairs, bars, record }: PageContent): string {
  const { scenario } = record.without;
  const frame: PlotFrame = {
    seconds: horizonMs(scenario.phases) / 1_000,
    faultFrom: scenario.phases.healthyMs / 1_000,
    faultTo: faultEndMs(scenario.phases) / 1_000,
  };
  const plots = plotsOf(record).map((plot) => renderPlot(plot, frame));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>KYC on a degraded identity provider · Headway</title>
<style>${asset("page.css")}</style>
</head>
<body>
<main>
<header>
<p class="kicker">Headway · demo on real traffic</p>
<h1>KYC on a degraded identity provider</h1>
<p class="lead">${leadOf(scenario)}</p>
</header>
<section class="claims" aria-label="What was claimed and measured">${bars.map(renderBar).join("")}</section>
<section class="plots" aria-label="Course of one run">${plots.join("\n")}</section>
<section><h2>Side by side</h2><p class="note">${pairs.length > 1 ? `Medians of ${pairs.length} runs; the plots show the middle one.` : "One run."}</p>${renderTable(pairs)}</section>
<section><h2>What Headway said</h2>${renderDecisions(record.with)}</section>
<footer>Nothing is simulated but the provider: processes, HTTP, time-outs, retries, OpenTelemetry spans and decisions are real. A failed case counts with its whole deadline, a wasted attempt is one that brought no answer to anybody who waited.</footer>
</main>
<script>const PLOT_AREA = ${JSON.stringify({ ...PLOT_AREA, seconds: frame.seconds })};
${asset("page-script.js")}</script>
</body>
</html>
`;
}

function asset(file: string): string {
  return readFileSync(new URL(file, import.meta.url), "utf8");
}

function leadOf(scenario: Scenario): string {
  const { processes, agentsPerProcess, provider, phases } = scenario;
  return `${processes * agentsPerProcess} agents in ${processes} processes check identities, for persons who wait and for re-screening. From second ${phases.healthyMs / 1_000} the provider serves ${provider.slowdown} times slower for ${phases.faultMs / 1_000} seconds. The same cases, twice: once every agent retries as its SDK does, once with Headway.`;
}

function renderBar(bar: Bar): string {
  const [claim, ...rest] = bar.claim.split(": ");
  return `<article class="${bar.isMet ? "met" : "missed"}"><h2>${claim}</h2><p class="measured">${bar.measured}</p><p class="wanted"><span class="mark">${bar.isMet ? "✓" : "✗"}</span> ${rest.join(": ")}</p></article>`;
}

function renderTable(pairs: readonly RunPair[]): string {
  const rows = comparisonRows(pairs)
    .map(
      (row) =>
        `<tr><th scope="row">${row.name}</th><td>${row.without}</td><td>${row.with}</td></tr>`,
    )
    .join("");
  return `<div class="scroll"><table><thead><tr><th></th><th scope="col" class="without">without</th><th scope="col" class="with">with Headway</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function renderDecisions(record: RunRecord): string {
  const said = record.decisions.map(
    ({ atMs, text }) =>
      `<li><time>${(atMs / 1_000).toFixed(1)} s</time> ${text === "" ? "nothing: proceed" : escapeHtml(text)}</li>`,
  );
  return `<ol class="decisions">${said.join("")}</ol>`;
}

function plotsOf(record: PageContent["record"]): readonly Plot[] {
  const without = seriesOf(record.without);
  const withHeadway = seriesOf(record.with);
  const both = (
    pick: (series: RunSeries) => readonly number[],
    width = SMOOTH_SECONDS,
  ): PlotLine[] => [
    { name: "without", kind: "without", values: smooth(pick(without), width) },
    { name: "with Headway", kind: "with", values: smooth(pick(withHeadway), width) },
  ];
  const came: PlotLine = {
    name: "came",
    kind: "neutral",
    values: cumulate(personArrivals(record.without)),
  };
  const plot = (title: string, unit: string, note: string, lines: readonly PlotLine[]): Plot => ({
    title,
    unit,
    note,
    lines,
  });
  return [
    plot(
      "Useful answers",
      "per second",
      "What the provider's work was good for. Shaded: the provider is slow.",
      both((series) => series.useful),
    ),
    plot(
      "Wasted attempts",
      "per second",
      "Timed out, refused, or locked out.",
      both((series) => series.wasted),
    ),
    plot(
      "Persons served in time",
      "so far",
      "Cases with a person waiting: how many came, how many were done.",
      [came, ...both((series) => cumulate(series.personsDone), 1)],
    ),
    plot(
      "Queue at the provider",
      "requests",
      "First come, first served. While it is slow, a wait behind 32 others is all that callers have.",
      both((series) => series.queueLength, 1),
    ),
    plot(
      "Clients locked out",
      "of 8",
      "Too many failing requests in a minute, refusals included.",
      both((series) => series.clientsLocked, 1),
    ),
    plot(
      "Work held back by Headway",
      "calls and cases",
      "It waits at the agents, where waiting costs nothing, and loses nothing.",
      [{ name: "with Headway", kind: "with", values: withHeadway.heldBack }],
    ),
  ];
}

function personArrivals(record: RunRecord): readonly number[] {
  const perSecond = Array.from({ length: horizonMs(record.scenario.phases) / 1_000 }, () => 0);
  for (const planned of record.planned)
    if (planned.priority === 1) perSecond[Math.floor(planned.arrivedMs / 1_000)]! += 1;
  return perSecond;
}

function cumulate(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value));
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
