import type { Estimate } from "../run/estimate.ts";
import type { Measures } from "../run/outcome.ts";
import { HEADWAY, ORACLE } from "./comparison.ts";
import type { Comparison } from "./comparison.ts";
import { percent } from "./markdown.ts";
import type { Bar } from "./section.ts";

type Show = (value: number) => string;

export function atLeast(claim: string, wanted: number, value: number, show: Show): Bar {
  return { claim, wanted: `≥ ${show(wanted)}`, measured: show(value), holds: value >= wanted };
}

export function atMost(claim: string, wanted: number, value: number, show: Show): Bar {
  return { claim, wanted: `≤ ${show(wanted)}`, measured: show(value), holds: value <= wanted };
}

/** It holds where the mean does. */
export function atLeastOnAverage(claim: string, wanted: number, of: Estimate, show: Show): Bar {
  return onAverage(atLeast(claim, wanted, of.mean, show), wanted, of, withInterval(of, show));
}

/** It holds where the mean does. */
export function atMostOnAverage(claim: string, wanted: number, of: Estimate, show: Show): Bar {
  return onAverage(atMost(claim, wanted, of.mean, show), wanted, of, withInterval(of, show));
}

/** Headway's goodput against another's, seed by seed. It holds where the mean of the differences is not below zero. */
export function ahead(claim: string, comparison: Comparison, rival: string): Bar {
  const lead = comparison.lead(rival);
  const measured = `${lead.mean.toFixed(2)} a second (${lead.low.toFixed(2)} to ${lead.high.toFixed(2)})`;
  const bar = { claim, wanted: "≥ 0", measured, holds: lead.mean >= 0 };
  return onAverage(bar, 0, lead, measured);
}

/** Headway's goodput as a share of the oracle's, seed by seed. */
export function atLeastOf(claim: string, wanted: number, comparison: Comparison): Bar {
  return atLeastOnAverage(claim, wanted, comparison.ratio(HEADWAY, ORACLE, goodput), percent);
}

function onAverage(
  bar: Bar,
  wanted: number,
  { low, high }: Pick<Estimate, "low" | "high">,
  measured: string,
): Bar {
  return { ...bar, measured, isWithinChance: low < wanted && wanted < high };
}

export function goodput(measures: Measures): number {
  return measures.goodput;
}

/** One run has no interval, and neither has a mean that is infinite. */
function withInterval({ mean, low, high }: Estimate, show: Show): string {
  return Number.isFinite(low) ? `${show(mean)} (${show(low)} to ${show(high)})` : show(mean);
}
