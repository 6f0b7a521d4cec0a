import type { Measurement } from "../measurement.ts";
import { renderBar } from "./bar.ts";
import { certaintyBadge } from "./certainty-badge.ts";
import { clippedName } from "./clipped-name.ts";
import { lookOf } from "./cost-kinds.ts";
import { markup } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { formatCount, formatMoney, formatSeconds, formatShare } from "./number-format.ts";

type CostBar = Measurement["series"]["bars"][number];

const BAR_HEIGHT = 22;

/** What each kind of cost took, the most agent time first, work that was of use beside it in its own colour. */
export function renderCostBars({ series, cost }: Measurement): Markup {
  const { bars } = series;
  if (bars.length === 0) return markup`<p class="note">No time to account for.</p>`;
  const most = bars.reduce((max, bar) => Math.max(max, timeOf(bar)), 0) || 1;
  const sum = bars.reduce((total, { agentSeconds }) => total + agentSeconds, 0) || 1;
  return markup`<ol class="costs">
${bars.map(
  (bar) =>
    markup`<li>
<div class="cost-name">
<strong>${clippedName(bar.label)}</strong> ${certaintyBadge(bar.certainty)}
</div>
<div class="cost-bar">
${renderBar(
  [
    {
      share: bar.agentSeconds / most,
      look: lookOf(bar),
      title: `${formatSeconds(bar.agentSeconds)} of agent time`,
    },
    {
      share: bar.serverSeconds / most,
      look: "server",
      title: `${formatSeconds(bar.serverSeconds)} of server time`,
    },
  ],
  BAR_HEIGHT,
)}
</div>
<div class="cost-figures">
${bar.agentSeconds > 0 || bar.serverSeconds === 0 ? markup`<b>${formatSeconds(bar.agentSeconds)}</b> <span>${formatShare(bar.agentSeconds / sum)}</span>` : markup`<b>${formatSeconds(bar.serverSeconds)}</b> <span>servers</span>`}
</div>
<p class="cost-facts">${factsOf(bar, cost.currency)}</p>
</li>`,
)}
</ol>`;
}

function timeOf({ agentSeconds, serverSeconds }: CostBar): number {
  return agentSeconds + serverSeconds;
}

function factsOf(bar: CostBar, currency: string | null): string {
  const facts = [
    `${formatCount(bar.attempts)} attempts`,
    ...(bar.serverSeconds > 0
      ? [`${formatSeconds(bar.serverSeconds)} of servers' time that nobody used`]
      : []),
    ...(bar.tokens > 0 ? [`${formatCount(bar.tokens)} tokens`] : []),
    bar.money === null ? "money: unpriced" : formatMoney(bar.money, currency),
  ];
  const whose = bar.byDependency
    .filter(({ agentSeconds }) => agentSeconds > 0)
    .slice(0, 3)
    .map(
      ({ dependency, agentSeconds }) => `${clippedName(dependency)} ${formatSeconds(agentSeconds)}`,
    );
  return `${facts.join(" · ")}${whose.length > 0 ? `. Mostly ${whose.join(", ")}` : ""}.`;
}
