import type { Measurement } from "../measurement.ts";
import { markup } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { formatCount, formatMs, round2 } from "./number-format.ts";
import { shareOfTime } from "./time-axis.ts";

type Raster = Measurement["series"]["rasters"][number];
type Burst = Measurement["bursts"][number];

/** A burst with its rank in the table of bursts, by which a reader finds it again. */
export interface RankedBurst {
  readonly fromMs: number;
  readonly toMs: number;
  readonly rank: number | undefined;
}

/** Room above the columns for words, in pixels. */
const HEAD_HEIGHT = 16;
/** Ranks that stand closer than this share of the plot would run into each other. */
const RANK_DISTANCE_MIN = 0.035;
/** A burst of an instant is still to be seen. */
const WIDTH_MIN = 0.002;

export function rankedBursts(raster: Raster, bursts: readonly Burst[]): readonly RankedBurst[] {
  const byTime = raster.bursts.toSorted((a, b) => a.fromMs - b.fromMs);
  return byTime.map(({ fromMs, toMs }) => {
    const at = bursts.findIndex(
      (burst) => burst.dependency === raster.dependency && burst.fromMs === fromMs,
    );
    return { fromMs, toMs, rank: at === -1 ? undefined : at + 1 };
  });
}

/** All retries as a column for each bucket, with the bursts shaded down to `bottomPx`. */
export function renderRetryStrip(
  raster: Raster,
  bursts: readonly RankedBurst[],
  { heightPx, bottomPx }: { readonly heightPx: number; readonly bottomPx: number },
): Markup {
  const columns = renderColumns(raster, bursts);
  return markup`${bursts.map((burst) => renderBurst(raster, burst, bottomPx))}
<svg x="0" y="${HEAD_HEIGHT}" width="100%" height="${heightPx - HEAD_HEIGHT}"
viewBox="0 0 ${Math.max(raster.buckets, 1)} 1"
preserveAspectRatio="none">
${columns}
</svg>`;
}

/** What the columns count, and how high the highest is. */
export function unitOf({ bucketMs, total }: Raster): string {
  return `at most ${formatCount(mostOf(total))} in ${formatMs(bucketMs)}`;
}

/** The bursts' ranks above the columns, as many as have room; the rest is told by time in the table. */
export function renderRanks(raster: Raster, bursts: readonly RankedBurst[]): readonly Markup[] {
  let free = 0;
  return bursts.flatMap(({ fromMs, toMs, rank }) => {
    const middle = (shareOfTime(raster, fromMs) + shareOfTime(raster, toMs)) / 2;
    if (rank === undefined || middle < free) return [];
    free = middle + RANK_DISTANCE_MIN;
    return [
      markup`<text class="rank" x="${round2(middle * 100)}%" y="11" text-anchor="middle">${rank}</text>`,
    ];
  });
}

/** Whether a bucket overlaps a burst. */
export function burstTest(
  raster: Raster,
  bursts: readonly RankedBurst[],
): (bucket: number) => boolean {
  const marked = Array.from({ length: raster.buckets }, () => false);
  for (const { fromMs, toMs } of bursts) {
    const first = Math.floor((fromMs - raster.fromMs) / raster.bucketMs);
    const last = Math.floor((toMs - raster.fromMs) / raster.bucketMs);
    marked.fill(true, Math.max(first, 0), Math.max(last + 1, 0));
  }
  return (bucket) => marked[bucket] === true;
}

function renderBurst(raster: Raster, { fromMs, toMs }: RankedBurst, bottomPx: number): Markup {
  const from = shareOfTime(raster, fromMs);
  const width = Math.max(shareOfTime(raster, toMs) - from, WIDTH_MIN);
  const x = `${round2(from * 100)}%`;
  return markup`<rect class="burst" x="${x}" y="${HEAD_HEIGHT}" width="${round2(width * 100)}%" height="${round2(bottomPx - HEAD_HEIGHT)}"/>`;
}

function renderColumns(raster: Raster, bursts: readonly RankedBurst[]): Markup {
  const most = Math.max(mostOf(raster.total), 1);
  const inBurst = burstTest(raster, bursts);
  const paths = { lone: "", burst: "" };
  raster.total.slice(0, raster.buckets).forEach((count, bucket) => {
    if (count === 0) return;
    const height = Math.round((count / most) * 1_000) / 1_000;
    paths[inBurst(bucket) ? "burst" : "lone"] += `M${bucket} 1v${-height}h1v${height}z`;
  });
  return markup`<path class="sum lone" d="${paths.lone}"/><path class="sum correlated" d="${paths.burst}"/>`;
}

function mostOf(counts: readonly number[]): number {
  return counts.reduce((most, count) => Math.max(most, count), 0);
}
