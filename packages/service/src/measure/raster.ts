import { grouped } from "./grouped.ts";
import type { Burst } from "./bursts.ts";
import type { Measurement } from "./measurement.ts";
import { Participants } from "./participants.ts";
import type { RetryLog } from "./retry-log.ts";

export type Raster = Measurement["series"]["rasters"][number];

const ROWS_MAX = 64;
const BUCKETS_MAX = 240;
const WIDTHS_MS = [
  50, 100, 200, 250, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000,
  600_000, 1_800_000, 3_600_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000,
];

/** Who retried when. The rows with the most retries, in the order of their first one: those of one cause lie together. */
export function rasterOf(
  dependency: string,
  rows: readonly number[],
  log: RetryLog,
  bursts: readonly Burst[],
): Raster {
  const [firstMs, lastMs] = [log.startMs[rows[0]!]!, log.startMs[rows.at(-1)!]!];
  const bucketMs = widthFor((lastMs - firstMs) * 1.1);
  const fromMs = Math.floor(firstMs / bucketMs) * bucketMs;
  const buckets = Math.floor((lastMs - fromMs) / bucketMs) + 1;
  const bucketOf = (row: number): number => Math.floor((log.startMs[row]! - fromMs) / bucketMs);
  const participants = new Participants(rows, log);
  const ranked = participants.ranked(rows);
  const shown = ranked
    .slice(0, ROWS_MAX)
    .toSorted((a, b) => log.startMs[a[0]!]! - log.startMs[b[0]!]!);
  const total = Array.from({ length: buckets }, () => 0);
  for (const row of rows) total[bucketOf(row)]! += 1;
  return {
    dependency,
    rowsAre: participants.are,
    rows: shown.map((own) => participants.nameOf(own[0]!)),
    rowsLeftOut: ranked.length - shown.length,
    fromMs,
    bucketMs,
    buckets,
    cells: shown.flatMap((own, index) =>
      [...grouped(own, bucketOf)].map(([bucket, inside]): [number, number, number] => [
        index,
        bucket,
        inside.length,
      ]),
    ),
    total,
    bursts: bursts.map((burst) => ({ fromMs: burst.fromMs, toMs: burst.toMs })),
  };
}

export function widthFor(rangeMs: number): number {
  const wide = WIDTHS_MS.find((widthMs) => rangeMs / widthMs < BUCKETS_MAX);
  return wide ?? Math.ceil(rangeMs / BUCKETS_MAX / 86_400_000) * 86_400_000;
}
