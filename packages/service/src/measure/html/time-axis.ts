import { scaleUtc } from "d3-scale";
import { markup } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { round2 } from "./number-format.ts";

/** Equal buckets of time, as every series of a measurement has them. */
export interface TimeBuckets {
  readonly fromMs: number;
  readonly bucketMs: number;
  readonly buckets: number;
}

/** Room for the axis below a plot, in pixels. */
export const AXIS_HEIGHT = 22;

const TICK_COUNT = 6;
const TICKS_MAX = 8;
/** With labels that show seconds, fewer fit. */
const LONG_TICKS_MAX = 6;
const SECONDS_FROM_MS = 12_000;
const MINUTES_FROM_MS = 3 * 60_000;
const DAYS_FROM_MS = 20 * 3_600_000;

/** Where a time lies, 0 to 1; outside the buckets at their edge. */
export function shareOfTime({ fromMs, bucketMs, buckets }: TimeBuckets, atMs: number): number {
  const spanMs = Math.max(bucketMs * buckets, Number.MIN_VALUE);
  return Math.min(1, Math.max(0, (atMs - fromMs) / spanMs));
}

/** Labels stand at percents, so they keep their size at any width; every other one makes room on a narrow screen. */
export function renderTimeAxis(time: TimeBuckets, topPx: number): Markup {
  const toMs = time.fromMs + time.bucketMs * time.buckets;
  const spanMs = toMs - time.fromMs;
  const label = labelFor(spanMs);
  const ticks = ticksOf(time.fromMs, toMs);
  const marks = ticks.map((tick, at) => {
    const share = shareOfTime(time, tick.getTime());
    const x = `${round2(share * 100)}%`;
    const anchor = share < 0.04 ? "start" : share > 0.96 ? "end" : "middle";
    return markup`<line class="tick" x1="${x}" x2="${x}" y1="${topPx}" y2="${topPx + 5}"/><text class="${at % 2 === 1 ? "minor" : "major"}" x="${x}" y="${topPx + 18}" text-anchor="${anchor}">${label(tick)}</text>`;
  });
  return markup`<line class="axis" x1="0" x2="100%" y1="${topPx}" y2="${topPx}"/>${marks}`;
}

/** What the script needs to read a time off the plot. */
export function timeAttributes({ fromMs, bucketMs, buckets }: TimeBuckets): Markup {
  return markup` data-from="${fromMs}" data-step="${bucketMs}" data-buckets="${buckets}"`;
}

function ticksOf(fromMs: number, toMs: number): readonly Date[] {
  const ticks = scaleUtc([fromMs, toMs], [0, 1]).ticks(TICK_COUNT);
  const most = toMs - fromMs < MINUTES_FROM_MS ? LONG_TICKS_MAX : TICKS_MAX;
  return ticks.length > most ? ticks.filter((_, at) => at % 2 === 0) : ticks;
}

function labelFor(spanMs: number): (tick: Date) => string {
  if (spanMs < SECONDS_FROM_MS) return (tick) => tick.toISOString().slice(14, 23);
  if (spanMs < MINUTES_FROM_MS) return (tick) => tick.toISOString().slice(11, 19);
  if (spanMs < DAYS_FROM_MS) return (tick) => tick.toISOString().slice(11, 16);
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
  return (tick) => {
    const clock = tick.toISOString().slice(11, 16);
    return clock === "00:00" ? day.format(tick) : clock;
  };
}
