import type { Measurement } from "../measurement.ts";
import { renderBar } from "./bar.ts";
import { clippedName } from "./clipped-name.ts";
import { markup } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { formatCountOf, formatMs, formatShare } from "./number-format.ts";

type Workflow = Measurement["workflows"][number];
type TailSide = NonNullable<Workflow["tail"]["inDrift"]>;

const WORKFLOWS_MAX = 6;
const PARTS_MAX = 5;
const BAR_HEIGHT = 26;

/** Where the slowest twentieth of a class' runs spent its time: while something drifted, and while nothing did. */
export function renderTails(workflows: readonly Workflow[]): Markup {
  const shown = workflows
    .filter(({ tail }) => tail.inDrift !== null || tail.outOfDrift !== null)
    .slice(0, WORKFLOWS_MAX);
  if (shown.length === 0) return markup``;
  return markup`<div class="tails">
<h3>Where slow runs spend their time</h3>
<p class="note">
The slowest twentieth of each class. Where calls run side by side, time is split evenly.
</p>
${shown.map(renderWorkflow)}
</div>`;
}

function renderWorkflow({ workflow, tail }: Workflow): Markup {
  const longest = Math.max(tail.inDrift?.runMeanMs ?? 0, tail.outOfDrift?.runMeanMs ?? 0) || 1;
  const order = orderOf(tail);
  return markup`<article class="tail">
<h4><code>${clippedName(workflow)}</code></h4>
${renderSide("in drift", tail.inDrift, longest, order)}
${renderSide("otherwise", tail.outOfDrift, longest, order)}
</article>`;
}

/** A dependency keeps its shade in both bars: by its place among all of them, the largest first. */
function orderOf({ inDrift, outOfDrift }: Workflow["tail"]): readonly string[] {
  const parts = [...(inDrift?.parts ?? []), ...(outOfDrift?.parts ?? [])];
  const largest = parts.toSorted((a, b) => b.share - a.share).map(({ dependency }) => dependency);
  return [...new Set(largest)];
}

function renderSide(
  when: string,
  side: TailSide | null,
  longestMs: number,
  order: readonly string[],
): Markup {
  if (side === null) return markup``;
  const scale = side.runMeanMs / longestMs;
  const parts = side.parts.slice(0, PARTS_MAX);
  const shade = (dependency: string): string =>
    dependency === "agent" ? "agent" : `shade-${Math.min(order.indexOf(dependency), PARTS_MAX)}`;
  return markup`<div class="tail-side">
<p class="tail-when">
${when}: ${formatMs(side.runMeanMs)} a run, of ${formatCountOf(side.runs, "slow run")}
</p>
${renderBar(
  parts.map(({ dependency, share, meanMs }) => ({
    share: share * scale,
    look: shade(dependency),
    title: `${clippedName(dependency)}: ${formatMs(meanMs)}`,
  })),
  BAR_HEIGHT,
)}
<ul class="legend">
${parts.map(
  ({ dependency, share, meanMs }) =>
    markup`<li>
<svg class="swatch" width="10" height="10" aria-hidden="true">
<rect class="${shade(dependency)}" width="10" height="10" rx="2"/></svg>${dependency === "agent" ? "the agent itself" : clippedName(dependency)}
<b>${formatMs(meanMs)}</b> ${formatShare(share)}
</li>`,
)}
</ul>
</div>`;
}
