import { ExponentialHistogram } from "@headway/core/signals";
import { rounded } from "./cost-tally.ts";
import type { Measurement } from "./measurement.ts";
import { Timeline } from "./timeline.ts";

export type LatencyBandRow = Measurement["series"]["latency"][number];

const BUCKETS_MAX = 240;

interface BandCell {
  readonly waited: ExponentialHistogram;
  attempts: number;
  failed: number;
  retries: number;
}

export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How long attempts took over time. */
export class LatencyBand {
  readonly #timeline = new Timeline<BandCell>({
    widthMs: 1_000,
    cellsMax: BUCKETS_MAX,
    create: () => ({ waited: new ExponentialHistogram(), attempts: 0, failed: 0, retries: 0 }),
    merge: (into, from) => {
      into.waited.merge(from.waited);
      into.attempts += from.attempts;
      into.failed += from.failed;
      into.retries += from.retries;
    },
  });

  record(
    endMs: number,
    durationMs: number,
    {
      isWaitedFor,
      isFailed,
      isRetry,
    }: { isWaitedFor: boolean; isFailed: boolean; isRetry: boolean },
  ): void {
    const cell = this.#timeline.at(endMs);
    cell.attempts += 1;
    if (isWaitedFor) cell.waited.record(durationMs);
    if (isFailed) cell.failed += 1;
    if (isRetry) cell.retries += 1;
  }

  /** Attempts that were waited for within the intervals, and without: by whole buckets, each where its middle is. */
  split(intervals: readonly Interval[]): {
    readonly inside: ExponentialHistogram;
    readonly outside: ExponentialHistogram;
  } {
    const inside = new ExponentialHistogram({ scaleMax: 5, bucketsMax: 1_024 });
    const outside = new ExponentialHistogram({ scaleMax: 5, bucketsMax: 1_024 });
    for (const [fromMs, { waited }] of this.#timeline.entries()) {
      const middleMs = fromMs + this.#timeline.widthMs / 2;
      const isInside = intervals.some(
        (interval) => interval.fromMs <= middleMs && middleMs < interval.toMs,
      );
      (isInside ? inside : outside).merge(waited);
    }
    return { inside, outside };
  }

  row(dependency: string, drifts: LatencyBandRow["drifts"]): LatencyBandRow {
    const entries = this.#timeline.entries();
    const bucketMs = this.#timeline.widthMs;
    const fromMs = entries[0]?.[0] ?? 0;
    const buckets = Math.round(((entries.at(-1)?.[0] ?? fromMs) - fromMs) / bucketMs) + 1;
    return {
      dependency,
      fromMs,
      bucketMs,
      buckets,
      points: entries.map(([atMs, { waited, attempts, failed, retries }]) => ({
        bucket: Math.round((atMs - fromMs) / bucketMs),
        attempts,
        failed,
        retries,
        p50Ms: quantileOf(waited, 0.5),
        p95Ms: quantileOf(waited, 0.95),
        p99Ms: quantileOf(waited, 0.99),
      })),
      drifts,
    };
  }
}

function quantileOf(histogram: ExponentialHistogram, q: number): number | null {
  return histogram.count === 0 ? null : rounded(histogram.quantile(q));
}
