import type { Measurement } from "../measurement.ts";
import { certaintyBadge } from "./certainty-badge.ts";
import { renderSmallBand } from "./latency-bands.ts";
import { renderSmallStrip } from "./retry-raster.ts";
import { clippedName, clippedSentence } from "./clipped-name.ts";
import { markup } from "./markup.ts";
import type { Content, Markup } from "./markup.ts";
import { formatCountOf, formatMoney, formatSeconds, formatShare } from "./number-format.ts";

type Finding = Measurement["findings"][number];

/** Findings beside the first that are open at once: as many as the first screen holds. */
const OPEN_MAX = 4;

const KIND_WORDS: ReadonlyMap<string, string> = new Map([
  ["retry_burst", "retries in bursts"],
  ["lone_retries", "lone retries"],
  ["drift", "drift"],
  ["fanout", "fan-out"],
  ["loop", "loop"],
  ["cut", "work for nobody"],
  ["throttled", "throttled"],
  ["failing", "failing"],
  ["healthy", "healthy"],
]);

/** The biggest finding large, the rest as a list beside it. */
export function renderFindings(measurement: Measurement): Markup {
  const { findings, cost } = measurement;
  const [first, ...rest] = findings;
  if (first === undefined) return markup``;
  return markup`<section id="findings" class="findings" aria-label="Findings">
<article class="first ${toneOf(first)}">
<p class="kicker">
${rest.length > 0 && "The biggest finding: "}${kindOf(first)} ·
<code>${clippedName(first.subject)}</code>
</p>
<h2>${clippedSentence(first.sentence)}</h2>
${first.advice !== "" && markup`<p class="advice">${clippedSentence(first.advice)}</p>`}
<p class="facts">${factsOf(first, cost.currency)}</p>
${renderEvidence(first, measurement)}
</article>
${
  rest.length > 0 &&
  markup`<div>
${renderList(rest.slice(0, OPEN_MAX), cost.currency)}${
    rest.length > OPEN_MAX &&
    markup`<details>
<summary>${formatCountOf(rest.length - OPEN_MAX, "smaller finding")}</summary>
${renderList(rest.slice(OPEN_MAX), cost.currency)}
</details>`
  }
</div>`
}
</section>`;
}

function renderList(findings: readonly Finding[], currency: string | null): Markup {
  return markup`<ol class="rest">
${findings.map((finding) => renderSmall(finding, currency))}
</ol>`;
}

/** What the first finding looks like, small: the whole plot stands further down. */
function renderEvidence({ kind, subject }: Finding, { series, bursts }: Measurement): Markup {
  const raster = series.rasters.find(({ dependency }) => dependency === subject);
  const band = series.latency.find(({ dependency }) => dependency === subject);
  if (kind === "healthy") return markup``;
  if (kind.includes("retr") && raster !== undefined) return renderSmallStrip(raster, bursts);
  return band === undefined ? markup`` : renderSmallBand(band);
}

function renderSmall(finding: Finding, currency: string | null): Markup {
  return markup`<li class="${toneOf(finding)}">
<p class="kicker">${kindOf(finding)} · <code>${clippedName(finding.subject)}</code></p>
<p>
${clippedSentence(finding.sentence)}${finding.advice !== "" && markup` <span class="advice">${clippedSentence(finding.advice)}</span>`}
</p>
<p class="facts">${factsOf(finding, currency)}</p>
</li>`;
}

function kindOf({ kind }: Finding): string {
  return KIND_WORDS.get(kind) ?? clippedName(kind.replaceAll("_", " "));
}

function toneOf({ kind }: Finding): string {
  return kind === "healthy" ? "good" : "bad";
}

function factsOf({ cost, shareOfAgentTime, certainty }: Finding, currency: string | null): Content {
  const money =
    cost.money.amount !== null &&
    cost.money.amount > 0 &&
    markup` · ${formatMoney(cost.money.amount, currency)}`;
  const time =
    cost.agentSeconds > 0 &&
    markup`<b>${formatSeconds(cost.agentSeconds)}</b> of agent time,
${formatShare(shareOfAgentTime)}${money} `;
  const servers =
    cost.serverSeconds > 0 && markup`<b>${formatSeconds(cost.serverSeconds)}</b> of servers' time `;
  return markup`${time}${servers}${certaintyBadge(certainty)}`;
}
