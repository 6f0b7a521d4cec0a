import type { Measurement } from "../measurement.ts";
import { clippedName } from "./clipped-name.ts";
import { markup, visibleText } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { formatClock, formatCount, formatCountOf, round2 } from "./number-format.ts";
import { burstTest, rankedBursts, renderRanks, renderRetryStrip, unitOf } from "./retry-strip.ts";
import type { RankedBurst } from "./retry-strip.ts";
import { AXIS_HEIGHT, renderTimeAxis, timeAttributes } from "./time-axis.ts";

type Raster = Measurement["series"]["rasters"][number];
type Burst = Measurement["bursts"][number];

const STRIP_HEIGHT = 64;
const SMALL_HEIGHT = 84;
const TOP = STRIP_HEIGHT + 6;
const ROW_HEIGHT_MAX = 14;
const PLANE_HEIGHT_MAX = 400;
const PLANE_HEIGHT_MIN = 42;
/** Below this a row has no room for its name; the pointer still reads it off. */
const NAMED_ROW_HEIGHT_MIN = 11;
/** Retries in one cell from which its dash is drawn darker. */
const LEVELS = [1, 2, 4] as const;

/**
 * Participants × time, a dash for each bucket in which somebody retried. Dashes of one look are one path in units of rows and buckets,
 * stretched by the view box: a full raster is some ten thousand dashes, and this is what keeps them at six bytes each.
 */
export function renderRaster(raster: Raster, bursts: readonly Burst[]): Markup {
  const rows = Math.max(raster.rows.length, 1);
  const planeHeight = Math.min(PLANE_HEIGHT_MAX, Math.max(PLANE_HEIGHT_MIN, ROW_HEIGHT_MAX * rows));
  const bottomPx = TOP + planeHeight;
  const ranked = rankedBursts(raster, bursts);
  return markup`<figure class="plot raster" data-plot="raster"
${timeAttributes(raster)}
data-top="${TOP}"
data-height="${planeHeight}"
data-rows="${JSON.stringify(raster.rows.map((row) => visibleText(clippedName(row, 40))))}"
data-total="${JSON.stringify(raster.total.slice(0, raster.buckets))}">
<figcaption>
<h3><code>${clippedName(raster.dependency)}</code></h3>
<p>${captionOf(raster, ranked)}</p>
</figcaption>
<svg width="100%" height="${bottomPx + AXIS_HEIGHT}" role="img" aria-label="${spokenOf(raster, ranked)}">
${renderRetryStrip(raster, ranked, { heightPx: STRIP_HEIGHT, bottomPx })}
${renderRanks(raster, ranked)}
<svg x="0" y="${TOP}" width="100%" height="${planeHeight}"
viewBox="0 0 ${Math.max(raster.buckets, 1)} ${rows}"
preserveAspectRatio="none">
${renderDashes(raster, ranked)}
</svg>
${renderRowNames(raster, planeHeight / rows)} ${renderTimeAxis(raster, bottomPx)}
<line class="cursor" x1="0" x2="0" y1="0" y2="${bottomPx}"/>
</svg>
</figure>`;
}

/** The columns alone, without a row for anybody: to stand beside a sentence. */
export function renderSmallStrip(raster: Raster, bursts: readonly Burst[]): Markup {
  const ranked = rankedBursts(raster, bursts);
  const size = { heightPx: SMALL_HEIGHT, bottomPx: SMALL_HEIGHT };
  return markup`<svg class="evidence" width="100%" height="${SMALL_HEIGHT + AXIS_HEIGHT}" role="img" aria-label="${spokenOf(raster, ranked)}">
${renderRetryStrip(raster, ranked, size)}
<text x="0" y="11">retries, ${unitOf(raster)}</text>
${renderTimeAxis(raster, SMALL_HEIGHT)}
</svg>`;
}

function captionOf(raster: Raster, bursts: readonly RankedBurst[]): string {
  const retries = raster.total.reduce((sum, count) => sum + count, 0);
  const who = raster.rowsAre === "agents" ? "agent" : "run";
  const rest =
    raster.rowsLeftOut > 0
      ? `; ${formatCountOf(raster.rowsLeftOut, who)} with fewer retries ${raster.rowsLeftOut === 1 ? "has" : "have"} no row`
      : "";
  const marked =
    bursts.length > 0
      ? ` ${formatCountOf(bursts.length, "burst")} shaded, numbered as in the table below.`
      : "";
  return `${formatCountOf(retries, "retry", "retries")}, ${unitOf(raster)}.${marked} A row is one ${who}, the first to retry on top${rest}.`;
}

function spokenOf(raster: Raster, bursts: readonly RankedBurst[]): string {
  const when = bursts.slice(0, 3).map(({ fromMs }) => formatClock(fromMs));
  const times = when.length > 0 ? ` Bursts began at ${when.join(", ")}.` : "";
  return `Retries of ${clippedName(raster.dependency)} by ${raster.rowsAre} over time, ${formatCount(raster.rows.length)} rows.${times}`;
}

function renderDashes(raster: Raster, bursts: readonly RankedBurst[]): readonly Markup[] {
  const inBurst = burstTest(raster, bursts);
  const dashes = new Map<string, Dashes>();
  for (const [row, bucket, retries] of raster.cells) {
    if (row >= raster.rows.length || bucket >= raster.buckets || retries <= 0) continue;
    const level = LEVELS.filter((from) => retries >= from).length;
    const look = `dash ${inBurst(bucket) ? "correlated" : "lone"} level-${level}`;
    const drawn = dashes.get(look) ?? { path: "", row: -1, end: 0 };
    dashes.set(look, withDash(drawn, row, bucket));
  }
  return [...dashes].map(([look, { path }]) => markup`<path class="${look}" d="${path}"/>`);
}

/** A path of dashes, and where its pen stands. */
interface Dashes {
  readonly path: string;
  readonly row: number;
  readonly end: number;
}

/** Within a row the pen moves relative to where it stands, which is half as long to write. */
function withDash({ path, row: penRow, end }: Dashes, row: number, bucket: number): Dashes {
  const move = row !== penRow ? `M${bucket} ${row}.5` : bucket === end ? "" : `m${bucket - end} 0`;
  return { path: `${path}${move}h1`, row, end: bucket + 1 };
}

function renderRowNames({ rows }: Raster, rowHeight: number): readonly Markup[] {
  if (rowHeight < NAMED_ROW_HEIGHT_MIN) return [];
  return rows.map(
    (row, at) =>
      markup`<text class="row-name" x="2" y="${round2(TOP + (at + 0.5) * rowHeight + 4)}">${clippedName(row, 28)}</text>`,
  );
}
