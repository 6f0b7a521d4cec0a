import type { Measurement } from "../measurement.ts";
import { renderBar } from "./bar.ts";
import { certaintyBadge } from "./certainty-badge.ts";
import { countColumn, nameColumn } from "./cells.ts";
import { clippedName, clippedSentence } from "./clipped-name.ts";
import { markup } from "./markup.ts";
import type { Content, Markup } from "./markup.ts";
import { formatCount, formatShare } from "./number-format.ts";
import { renderTable } from "./table.ts";

type Coverage = Measurement["coverage"];
type Input = Coverage["inputs"][number];

const METER_HEIGHT = 8;
const REASONS_MAX = 12;
const NOTES_MAX = 20;

/** What is asked of the data, and what rests on the answer. */
interface Asked {
  readonly share: (shares: Coverage["share"]) => number | null;
  readonly of: string;
  readonly has: string;
  readonly for: string;
}

const ASKED: readonly Asked[] = [
  {
    share: ({ agent }) => agent,
    of: "attempts",
    has: "say which agent made them",
    for: "who takes part in bursts and loops",
  },
  {
    share: ({ outcome }) => outcome,
    of: "attempts",
    has: "say how they ended",
    for: "retries, failures and drift",
  },
  {
    share: ({ workflow }) => workflow,
    of: "attempts",
    has: "lie below a workflow's root",
    for: "costs by workflow, and tails",
  },
  {
    share: ({ parent }) => parent,
    of: "spans with a parent",
    has: "have it here too",
    for: "fan-out and the tree",
  },
  {
    share: ({ serverSide }) => serverSide,
    of: "attempts",
    has: "have the server's span",
    for: "time-outs that worked on for nobody",
  },
  {
    share: ({ tokens }) => tokens,
    of: "calls to models",
    has: "tell their tokens",
    for: "tokens and money",
  },
];

/** What the numbers rest on: how much of what could be known the data has, and what was left out on the way. */
export function renderCoverage({ coverage, leftOut }: Measurement): Markup {
  const { spans, share, inputs, notes } = coverage;
  return markup`<div class="columns">
<div>
<h3>What the data tells</h3>
<ul class="meters">
${ASKED.map((asked) => renderShare(asked, asked.share(share)))}
</ul>
</div>
<div>
<h3>How sure a number is</h3>
<dl class="words-list">
<dt>${certaintyBadge("confirmed")}</dt>
<dd>counted from what the spans say themselves</dd>
<dt>${certaintyBadge("likely")}</dt>
<dd>concluded by a rule that may be wrong in single cases</dd>
<dt>${certaintyBadge("unpriced")}</dt>
<dd>no price is known for it, and none is guessed</dd>
</dl>
<h3>Spans</h3>
<p>
${formatCount(spans.read)} read, ${formatCount(spans.used)} used,
${formatCount(spans.outOfRange)} outside of what was asked for.
</p>
${renderReasons("Could not be read", spans.rejected)}
${renderReasons("Given up on", spans.dropped)}
${renderReasons("Rows beyond the report's bounds; their numbers are in the totals only", leftOut)}
</div>
</div>
${
  notes.length > 0 &&
  markup`<h3>What that means</h3>
<ul class="notes">
${notes.slice(0, NOTES_MAX).map((note) => markup`<li>${clippedSentence(note)}</li>`)}
</ul>`
}
${renderTable<Input>({
  caption: "Inputs",
  rows: inputs,
  columns: [
    nameColumn("Input", ({ name }) => name),
    { title: "Read as", cell: ({ format }) => clippedName(format) },
    countColumn("Spans", ({ spans: count }) => count),
    countColumn("Rejected", ({ rejected }) => rejected),
  ],
})}`;
}

function renderShare({ of, has, for: purpose }: Asked, share: number | null): Markup {
  const bar: Content =
    share !== null &&
    renderBar(
      [
        {
          share,
          look: share < 0.5 ? "waste confirmed" : "useful confirmed",
          title: formatShare(share),
        },
      ],
      METER_HEIGHT,
    );
  return markup`<li>
<p>
${share === null ? markup`<b>No ${of}</b> that could` : markup`<b>${formatShare(share)}</b> of ${of}`}
${has}
</p>
${bar}
<p class="note">for ${purpose}</p>
</li>`;
}

function renderReasons(title: string, reasons: Readonly<Record<string, number>>): Markup {
  const counted = Object.entries(reasons)
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, REASONS_MAX);
  if (counted.length === 0) return markup``;
  const words = counted.map(([reason, count]) => `${clippedName(reason)} ${formatCount(count)}`);
  return markup`<p>${title}: ${words.join(", ")}.</p>`;
}
