import { HEADWAY } from "./comparison.ts";
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

/** Headway's goodput against another's, seed by seed. It holds where the mean of the differences is not below zero. */
export function ahead(claim: string, comparison: Comparison, rival: string): Bar {
  const { mean, low, high } = comparison.lead(rival);
  const measured = `${mean.toFixed(2)} a second (${low.toFixed(2)} to ${high.toFixed(2)})`;
  return { claim, wanted: "≥ 0", measured, holds: mean >= 0 };
}

/** Headway's goodput as a share of the oracle's, seed by seed. It holds where the mean does. */
export function atLeastOf(claim: string, wanted: number, comparison: Comparison): Bar {
  const { mean, low, high } = comparison.shareOfOracle(HEADWAY);
  const measured = `${percent(mean)} (${percent(low)} to ${percent(high)})`;
  return { claim, wanted: `≥ ${percent(wanted)}`, measured, holds: mean >= wanted };
}
