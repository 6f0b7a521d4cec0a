import type { Measurement } from "../measurement.ts";
import { renderBar } from "./bar.ts";
import { certaintyBadge } from "./certainty-badge.ts";
import { clippedName } from "./clipped-name.ts";
import { isCoordination } from "../coordination.ts";
import { lookOf } from "./cost-kinds.ts";
import { markup } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { formatCountOf, formatMoney, formatSeconds, formatShare } from "./number-format.ts";

const BAR_HEIGHT = 34;
/** Below this share of agent time the sentence says so instead of counting seconds. */
const QUIET_SHARE = 0.005;
/** How far bars may be from their sum because each is rounded. */
const ROUNDING = 0.01;

type Certainty = Measurement["cost"]["certainty"];

/** What coordination costs, in one sentence; how sure that is; and what all the time went into, in one bar. */
export function renderHeadline(measurement: Measurement): Markup {
  return markup`<h1>${sentenceOf(measurement)}</h1>
${measurement.totals.attempts > 0 && markup`${renderCertainty(measurement)}${renderWhereTimeWent(measurement)}`}`;
}

function sentenceOf({ totals, coverage, cost }: Measurement): Markup {
  if (coverage.spans.used === 0) return markup`No spans were read, so there is nothing to say yet.`;
  if (totals.attempts === 0)
    return markup`There are spans, but no call in them that says what it calls.`;
  const { agentSeconds, money } = cost.coordination;
  const who = formatCountOf(totals.agents, "agent");
  const share = cost.coordinationShare;
  if (agentSeconds <= 0 || (share !== null && share < QUIET_SHARE))
    return markup`Coordination costs ${who} next to nothing:
<em class="good">${formatSeconds(agentSeconds)}</em> of
${formatSeconds(cost.total.agentSeconds)}.`;
  const price =
    money.amount !== null && markup`, and <em>${formatMoney(money.amount, cost.currency)}</em>`;
  const part =
    share === null
      ? ""
      : `, ${formatShare(share)} of ${totals.agents === 1 ? "its" : "their"} time`;
  return markup`Coordination cost ${who} <em>${formatSeconds(agentSeconds)}</em>${part}${price}.`;
}

function renderCertainty(measurement: Measurement): Markup {
  const { money, serverSeconds } = measurement.cost.coordination;
  return markup`<ul class="sureness">
<li>What better spacing could have won, at most:</li>
${partsOf(measurement).map(([certainty, seconds]) => markup`<li>${certaintyBadge(certainty)} <b>${formatSeconds(seconds)}</b></li>`)}
<li>${certaintyBadge(money.certainty)} ${money.amount === null ? "money: no price file covers it" : markup`<b>${formatMoney(money.amount, measurement.cost.currency)}</b>`}</li>
${serverSeconds > 0 && markup`<li>besides, servers worked <b>${formatSeconds(serverSeconds)}</b> for nobody</li>`}
</ul>`;
}

/** The headline's seconds, split by certainty, as far as the bars tell; else whole, as sure as its least sure part. */
function partsOf({ series, cost }: Measurement): readonly (readonly [Certainty, number])[] {
  const total = cost.coordination.agentSeconds;
  const seconds = (certainty: Certainty): number =>
    series.bars
      .filter((bar) => isCoordination(bar) && bar.certainty === certainty)
      .reduce((sum, { agentSeconds }) => sum + agentSeconds, 0);
  const [confirmed, likely] = [seconds("confirmed"), seconds("likely")];
  if (Math.abs(confirmed + likely - total) > total * ROUNDING) return [[cost.certainty, total]];
  return [
    ["confirmed", confirmed],
    ["likely", likely],
  ];
}

function renderWhereTimeWent({ series }: Measurement): Markup {
  const bars = series.bars.filter(({ agentSeconds }) => agentSeconds > 0);
  const sum = bars.reduce((total, { agentSeconds }) => total + agentSeconds, 0);
  if (sum <= 0) return markup``;
  const parts = bars.map((bar) => ({
    share: bar.agentSeconds / sum,
    look: lookOf(bar),
    title: `${clippedName(bar.label)}: ${formatSeconds(bar.agentSeconds)}`,
  }));
  return markup`<div class="where">
${renderBar(parts, BAR_HEIGHT)}
<ul class="legend">
${bars.map(
  (bar) =>
    markup`<li>
<svg class="swatch" width="12" height="12" aria-hidden="true">
<rect class="${lookOf(bar)}" width="12" height="12" rx="2"/></svg>${clippedName(bar.label)} <b>${formatShare(bar.agentSeconds / sum)}</b>
</li>`,
)}
</ul>
</div>`;
}
