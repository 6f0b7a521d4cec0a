import { scaleLinear, scaleLog } from "d3-scale";
import { area, line } from "d3-shape";
import type { Measurement } from "../measurement.ts";
import { clippedName } from "./clipped-name.ts";
import { markup } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { formatClock, formatMs, round2 } from "./number-format.ts";
import { AXIS_HEIGHT, renderTimeAxis, shareOfTime, timeAttributes } from "./time-axis.ts";

type Band = Measurement["series"]["latency"][number];
type Point = Band["points"][number];

/** A bucket with latencies. */
interface TimedPoint {
  readonly bucket: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

const VIEW_WIDTH = 1_000;
const TOP = 8;
const SMALL_HEIGHT = 64;
const FAILED_HEIGHT = 18;
const LOG_FROM_RATIO = 12;
const LEVELS_MAX = 8;
/** In pixels: the height of a label, and some air. */
const LEVEL_DISTANCE_MIN = 20;
/** Neighbours that lie further apart than this share of the plot are not joined: nothing was measured between them. */
const JOINED_SHARE_MAX = 0.04;

/** Median and tail of the attempts that ended well, over time; below, the share that failed; shaded, where the dependency drifted. */
export function renderLatencyBand(band: Band, planeHeight: number): Markup {
  const caption = captionOf(band);
  return markup`<figure class="plot latency" data-plot="latency"
${timeAttributes(band)}
data-points="${readable(band.points)}">
<figcaption>
<h3><code>${clippedName(band.dependency)}</code></h3>
<p>${caption}</p>
</figcaption>
${renderDrawing(band, planeHeight)}
</figure>`;
}

/** The drawing alone, to stand beside a sentence. */
export function renderSmallBand(band: Band): Markup {
  return markup`<div class="evidence">${renderDrawing(band, SMALL_HEIGHT)}</div>`;
}

function renderDrawing(band: Band, planeHeight: number): Markup {
  const failedTop = TOP + planeHeight + 4;
  const axisTop = failedTop + FAILED_HEIGHT;
  const points = timedPoints(band.points);
  const y = scaleOf(points, planeHeight);
  const levels = spaced(y.ticks.map((tick) => ({ tick, at: round2(TOP + y.at(tick)) })));
  return markup`<svg width="100%" height="${axisTop + AXIS_HEIGHT}" role="img" aria-label="${spokenOf(band, points)}">
${band.drifts.map((drift) => renderDrift(band, drift, axisTop))}
${levels.map(({ at }) => markup`<line class="grid" x1="0" x2="100%" y1="${at}" y2="${at}"/>`)}
<svg x="0" y="${TOP}" width="100%" height="${planeHeight}"
viewBox="0 0 ${VIEW_WIDTH} ${planeHeight}"
preserveAspectRatio="none">
${runsOf(points, band).map((run) => renderRun(run, band, y.at))}
</svg>
<svg x="0" y="${failedTop}" width="100%" height="${FAILED_HEIGHT}"
viewBox="0 0 ${Math.max(band.buckets, 1)} 1"
preserveAspectRatio="none">
<path class="failed" d="${failedPath(band.points)}"/>
</svg>
${levels.map(({ tick, at }) => markup`<text class="level" x="2" y="${at - 3}">${formatMs(tick)}</text>`)}
${renderTimeAxis(band, axisTop)}
<line class="cursor" x1="0" x2="0" y1="0" y2="${axisTop}"/>
</svg>`;
}

interface Level {
  readonly tick: number;
  readonly at: number;
}

/** Levels from the lowest up, without those whose label would run into the one below. */
function spaced(levels: readonly Level[]): readonly Level[] {
  let free = Number.POSITIVE_INFINITY;
  return levels.filter(({ at }) => {
    const hasRoom = at <= free;
    if (hasRoom) free = at - LEVEL_DISTANCE_MIN;
    return hasRoom;
  });
}

function timedPoints(points: readonly Point[]): TimedPoint[] {
  return points.flatMap(({ bucket, p50Ms, p95Ms, p99Ms }) => {
    if (p50Ms === null) return [];
    const p95 = p95Ms ?? p50Ms;
    return [{ bucket, p50: p50Ms, p95, p99: p99Ms ?? p95 }];
  });
}

/** Logarithmic where the plot would else be a flat line and one peak. */
function scaleOf(points: readonly TimedPoint[], height: number) {
  const { least, most } = rangeOf(points);
  if (!isLogarithmic(points)) {
    const scale = scaleLinear([0, most * 1.08], [height, 4]);
    return { at: (ms: number) => scale(ms), ticks: scale.ticks(3).filter((tick) => tick > 0) };
  }
  const scale = scaleLog([least / 1.4, most * 1.15], [height, 4]).clamp(true);
  const isDense = most / least > 200;
  const ticks = scale
    .ticks()
    .filter((tick) => (isDense ? /^1/ : /^[125]/).test(tick.toExponential(0)));
  return { at: (ms: number) => scale(ms), ticks: ticks.slice(0, LEVELS_MAX) };
}

function rangeOf(points: readonly TimedPoint[]): { readonly least: number; readonly most: number } {
  const most = points.reduce((max, { p99 }) => Math.max(max, p99), 0) || 1;
  const least = points.reduce((min, { p50 }) => Math.min(min, p50), most) || most / 1_000;
  return { least, most };
}

function isLogarithmic(points: readonly TimedPoint[]): boolean {
  const { least, most } = rangeOf(points);
  return most / least >= LOG_FROM_RATIO;
}

function runsOf(points: readonly TimedPoint[], { buckets }: Band): TimedPoint[][] {
  const apart = Math.max(2, buckets * JOINED_SHARE_MAX);
  const runs: TimedPoint[][] = [];
  for (const point of points) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last && point.bucket - last.bucket <= apart) run.push(point);
    else runs.push([point]);
  }
  return runs;
}

function renderRun(run: readonly TimedPoint[], band: Band, y: (ms: number) => number): Markup {
  const step = VIEW_WIDTH / Math.max(band.buckets, 1);
  const x = (point: TimedPoint): number => (point.bucket + 0.5) * step;
  const only = run[0];
  if (run.length === 1 && only) {
    const at = round2(x(only));
    return markup`<path class="tail-line" d="M${at} ${round2(y(only.p95))}V${round2(y(only.p50))}"/><path class="median single" d="M${at} ${round2(y(only.p50))}h.1"/>`;
  }
  const points = [...run];
  const band95 = area<TimedPoint>(
    x,
    (point) => y(point.p50),
    (point) => y(point.p95),
  ).digits(1);
  const lineOf = (pick: (point: TimedPoint) => number) =>
    line<TimedPoint>(x, (point) => y(pick(point))).digits(1)(points) ?? "";
  return markup`<path class="band" d="${band95(points) ?? ""}"/><path class="tail-line" d="${lineOf(({ p99 }) => p99)}"/><path class="median" d="${lineOf(({ p50 }) => p50)}"/>`;
}

function renderDrift(band: Band, drift: Band["drifts"][number], bottom: number): Markup {
  const from = shareOfTime(band, drift.fromMs);
  const width = Math.max(shareOfTime(band, drift.toMs) - from, 0.003);
  const x = `${round2(from * 100)}%`;
  const look = drift.kind === "failing" ? "failing" : "degraded";
  return markup`<rect class="drift ${look}" x="${x}" y="0" width="${round2(width * 100)}%" height="${bottom}"/><rect class="drift-edge" x="${x}" y="0" width="${round2(width * 100)}%" height="3"/>`;
}

function failedPath(points: readonly Point[]): string {
  return points
    .filter(({ failed, attempts }) => failed > 0 && attempts > 0)
    .map(({ bucket, failed, attempts }) => {
      // A tenth at least, so that one failure among a thousand can be seen.
      const height = Math.round(Math.max(0.1, Math.min(1, failed / attempts)) * 100) / 100;
      return `M${bucket} 1v${-height}h1v${height}z`;
    })
    .join("");
}

function captionOf(band: Band): string {
  if (band.points.every(({ p50Ms }) => p50Ms === null)) return "No attempt ended well.";
  const drifted = band.drifts
    .slice(0, 2)
    .map(
      ({ kind, fromMs, toMs }) => `${wordOf(kind)} ${formatClock(fromMs)} to ${formatClock(toMs)}`,
    );
  const more = band.drifts.length > 2 ? `, and ${band.drifts.length - 2} more` : "";
  const scale = isLogarithmic(timedPoints(band.points)) ? " Logarithmic scale." : "";
  return `${drifted.length === 0 ? "No drift found." : `Shaded: ${drifted.join(", ")}${more}.`}${scale}`;
}

function spokenOf(band: Band, points: readonly TimedPoint[]): string {
  const sorted = points.map(({ p95 }) => p95).sort((a, b) => a - b);
  const first = sorted[0];
  const last = sorted.at(-1);
  const range =
    first === undefined || last === undefined
      ? ""
      : ` Its p95 lies between ${formatMs(first)} and ${formatMs(last)}.`;
  return `Latency of ${clippedName(band.dependency)} over time.${range} ${captionOf(band)}`;
}

function wordOf(kind: string): string {
  return kind === "failing" ? "failing" : "slower than its usual";
}

/** For the script: bucket, attempts, failed, p50, p95, p99. */
function readable(points: readonly Point[]): string {
  const whole = (ms: number | null) => (ms === null ? null : Number(ms.toPrecision(3)));
  return JSON.stringify(
    points.map((point) => [
      point.bucket,
      point.attempts,
      point.failed,
      whole(point.p50Ms),
      whole(point.p95Ms),
      whole(point.p99Ms),
    ]),
  );
}
