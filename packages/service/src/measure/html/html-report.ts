import { createHash } from "node:crypto";
import type { Measurement } from "../measurement.ts";
import { renderCostBars } from "./cost-section.ts";
import { renderCoverage } from "./coverage-section.ts";
import { renderBursts, renderCuts, renderDrifts, renderLoops } from "./event-tables.ts";
import { renderFanOutTree } from "./fan-out-tree.ts";
import { renderFindings } from "./findings.ts";
import { renderHeadline } from "./headline.ts";
import { renderLatencyBand } from "./latency-bands.ts";
import { markup } from "./markup.ts";
import type { Content, Markup } from "./markup.ts";
import {
  formatCount,
  formatCountOf,
  formatMean,
  formatMoment,
  formatMs,
  formatShare,
} from "./number-format.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { PAGE_STYLE } from "./page-style.ts";
import { renderRaster } from "./retry-raster.ts";
import { renderTails } from "./tail-section.ts";
import { renderAgents, renderDependencies, renderHops, renderWorkflows } from "./who-tables.ts";

interface Section {
  readonly id: string;
  readonly title: string;
  readonly lead: Content;
  readonly body: Content;
  readonly isEmpty: boolean;
}

const RASTERS_MAX = 4;
const BANDS_MAX = 8;
const BAND_HEIGHT = { first: 210, rest: 120 };

/**
 * The report as one file: no request, readable without the script, light and dark, on paper too. The page's own policy lets exactly
 * this style and this script run, so even a name that slipped through as markup could do nothing.
 */
export function htmlReport(measurement: Measurement): string {
  const sections = sectionsOf(measurement).filter(({ isEmpty }) => !isEmpty);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>What coordination costs · Headway</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
${markup`${PATTERNS}
<header>${renderTopLine(measurement, sections)}</header>
<main>
<section class="headline" aria-label="In one sentence">${renderHeadline(measurement)}</section>
${renderFindings(measurement)} ${sections.map(renderSection)}
</main>
<footer>
<p>
Made by <code>headway measure</code> from recorded spans: their timing, order and outcome,
never their content. Times are in UTC, by the spans' own clock. Nothing in this file loads
anything.
</p>
</footer>`.toString()}
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

function policy(): string {
  const hash = (text: string): string => createHash("sha256").update(text).digest("base64");
  return [
    "default-src 'none'",
    `style-src 'sha256-${hash(PAGE_STYLE)}'`,
    `script-src 'sha256-${hash(PAGE_SCRIPT)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** Hatching for what is only likely: told by more than colour, on paper as on a screen. */
const PATTERNS = markup`<svg class="patterns" width="0" height="0" aria-hidden="true">
<defs>
<pattern id="hatch-waste" width="6" height="6"
patternUnits="userSpaceOnUse"
patternTransform="rotate(45)">
<rect class="hatch-ground waste" width="6" height="6"/>
<rect class="hatch-line waste" width="3" height="6"/>
</pattern>
<pattern id="hatch-other" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect class="hatch-ground other" width="6" height="6"/>
<rect class="hatch-line other" width="3" height="6"/>
</pattern>
<pattern id="hatch-useful" width="6" height="6"
patternUnits="userSpaceOnUse"
patternTransform="rotate(45)">
<rect class="hatch-ground useful" width="6" height="6"/>
<rect class="hatch-line useful" width="3" height="6"/>
</pattern>
</defs>
</svg>`;

function renderTopLine({ coverage, totals }: Measurement, sections: readonly Section[]): Markup {
  const { fromMs, toMs } = coverage;
  const range =
    fromMs !== null &&
    toMs !== null &&
    `${formatMoment(fromMs)}, for ${formatMs(toMs - fromMs)} · `;
  const links = sections.map(({ id, title }) => markup`<a href="#${id}">${title}</a>`);
  return markup`<p class="mark"><b>Headway</b> measure</p>
<p class="range">
${range}${formatCountOf(coverage.spans.used, "span")} · ${formatCountOf(totals.runs, "run")} ·
${formatCountOf(totals.agents, "agent")} ·
${formatCountOf(totals.dependencies, "dependency", "dependencies")}
</p>
${links.length > 0 && markup`<nav aria-label="Sections">${links}</nav>`}`;
}

function renderSection({ id, title, lead, body }: Section): Markup {
  return markup`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${lead !== "" && markup`<p class="lead">${lead}</p>`} ${body}
</section>`;
}

function sectionsOf(measurement: Measurement): readonly Section[] {
  const { totals, series, bursts, drifts, hops, loops, cuts } = measurement;
  const hasAttempts = totals.attempts > 0;
  return [
    {
      id: "retries",
      title: "Retries",
      lead: retryLead(measurement),
      isEmpty: !hasAttempts,
      body: markup`${series.rasters.slice(0, RASTERS_MAX).map((raster) => renderRaster(raster, bursts))}${renderBursts(measurement)}`,
    },
    {
      id: "latency",
      title: "Latency and drift",
      lead: markup`Line: the median. Band: up to p95. Thin line: p99. Red below: the share of attempts
that failed.`,
      isEmpty: series.latency.length === 0 && drifts.length === 0,
      body: markup`${renderBands(measurement)}${renderDrifts(measurement)}${renderTails(measurement.workflows)}`,
    },
    {
      id: "fan-out",
      title: "Fan-out",
      lead: markup`${formatCountOf(totals.attempts, "attempt")} for
${formatCountOf(totals.runs, "run")}:
${formatMean(totals.attempts / Math.max(totals.runs, 1))} each. Where that comes from, hop by
hop.`,
      isEmpty: series.tree.length === 0 && hops.length === 0,
      body: markup`${renderFanOutTree(series.tree)}${renderHops(measurement)}`,
    },
    {
      id: "cost",
      title: "What it cost",
      lead: markup`No second is in two bars. Red: what better spacing could have won at most, not what it would. Grey: trouble of a dependency's own. Hatched: likely. Dashed: servers' time.`,
      isEmpty: !hasAttempts,
      body: renderCostBars(measurement),
    },
    {
      id: "waste",
      title: "Loops and lost work",
      lead: markup`An agent that repeats itself, and servers that work on when the caller has gone.`,
      isEmpty: loops.length === 0 && cuts.length === 0,
      body: markup`${renderLoops(measurement)}${renderCuts(measurement)}`,
    },
    {
      id: "who",
      title: "Who and what",
      lead: "",
      isEmpty: !hasAttempts,
      body: markup`${renderWorkflows(measurement)}${renderDependencies(measurement)}${renderAgents(measurement)}`,
    },
    {
      id: "coverage",
      title: "What this rests on",
      lead: "",
      isEmpty: false,
      body: renderCoverage(measurement),
    },
  ];
}

function retryLead({ totals, bursts }: Measurement): Markup {
  if (totals.retries === 0) return markup`No retries in ${formatCountOf(totals.calls, "call")}.`;
  const inStep = totals.correlatedRetries / totals.retries;
  return markup`${formatCountOf(totals.retries, "retry", "retries")}; <b>${formatShare(inStep)}</b> of
them in step with others, in ${formatCountOf(bursts.length, "burst")}. Red: in a burst. Grey: by
itself. ${formatCount(totals.attempts)} attempts for ${formatCountOf(totals.calls, "call")}.`;
}

/** What drifted comes first and large: it is what this is looked at for. */
function renderBands({ series }: Measurement): Markup {
  const bands = series.latency
    .toSorted((a, b) => Number(b.drifts.length > 0) - Number(a.drifts.length > 0))
    .slice(0, BANDS_MAX);
  const [first, ...rest] = bands;
  if (first === undefined) return markup``;
  const more = series.latency.length - bands.length;
  return markup`${renderLatencyBand(first, BAND_HEIGHT.first)}
<div class="plots">${rest.map((band) => renderLatencyBand(band, BAND_HEIGHT.rest))}</div>
${more > 0 && markup`<p class="note">${formatCountOf(more, "more dependency is", "more dependencies are")} in the table only.</p>`}`;
}
