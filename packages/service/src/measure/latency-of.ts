import { ExponentialHistogram } from "@headway/core/signals";
import type { Outcome } from "@headway/core/signals";
import { rounded } from "./cost-tally.ts";
import type { Measurement } from "./measurement.ts";

export type LatencyRow = Measurement["dependencies"][number]["latency"];

/** Six decimal orders of milliseconds at 1.1 %, in 8 KiB at most. */
export function newLatency(): ExponentialHistogram {
  return new ExponentialHistogram({ scaleMax: 5, bucketsMax: 1_024 });
}

/**
 * Whether an attempt says how long callers wait: it was answered, or waited for in vain. One that is turned away at once says nothing of
 * it, and would make an outage look fast.
 */
export function isWaitedFor(outcome: Outcome): boolean {
  return outcome === "ok" || outcome === "timeout" || outcome === "cancelled";
}

/** Of milliseconds. */
export function latencyOf(histogram: ExponentialHistogram | undefined): LatencyRow {
  if (histogram === undefined || histogram.count === 0) return null;
  return {
    count: histogram.count,
    meanMs: rounded(histogram.sum / histogram.count),
    p50Ms: rounded(histogram.quantile(0.5)),
    p95Ms: rounded(histogram.quantile(0.95)),
    p99Ms: rounded(histogram.quantile(0.99)),
    maxMs: rounded(histogram.max),
  };
}
