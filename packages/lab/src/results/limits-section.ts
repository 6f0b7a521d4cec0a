import type { Limit } from "./limits.ts";
import { table } from "./markdown.ts";
import type { Bar } from "./section.ts";

const HEADER = ["claim", "wanted", "reached", "what stands in the way", "what was tried"];

/**
 * The evidence for each claim that does not hold: what was reached, what bounds it, what was tried. The first reason that fits a claim
 * is its own; a claim that none fits is listed as not explained. A reason whose claims all hold is not shown.
 */
export function limitsMarkdown(bars: readonly Bar[], limits: readonly Limit[]): string {
  const missed = bars
    .filter(({ holds }) => !holds)
    .map((bar) => ({ bar, limit: limits.find(({ claims }) => claims.test(bar.claim)) }));
  const rows = missed.flatMap(({ bar, limit }) => (limit === undefined ? [] : [rowOf(bar, limit)]));
  const unexplained = missed.flatMap(({ bar, limit }) => (limit === undefined ? [bar.claim] : []));
  if (missed.length === 0) return "";
  return [
    "## Bars out of reach",
    ...(rows.length === 0 ? [] : [table(HEADER, rows)]),
    ...(unexplained.length === 0
      ? []
      : ["Not explained:", unexplained.map((claim) => `- ${claim}`).join("\n")]),
  ].join("\n\n");
}

function rowOf({ claim, wanted, measured }: Bar, { bound, tried, best }: Limit): string[] {
  const reached = best === undefined ? measured : `${measured}; at best ${best}`;
  return [claim, wanted, reached, bound, tried].map(cell);
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
