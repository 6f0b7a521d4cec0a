import type { LiveRaster } from "@headway/service/live";
import type { Box } from "./canvas-box.tsx";
import type { Palette } from "./palette.tsx";
import { rasterBins } from "./raster-bins.ts";

const SUM_HEIGHT = 26;
const GAP = 3;
const ROW_HEIGHT_MIN = 2;
const ROW_HEIGHT_MAX = 7;

/**
 * Agents from top to bottom, seconds from left to right, a dot where one retried, and above them the sum over all. Retries
 * in step stand as columns: that is a storm. Retries of one agent stand as a line: that is the agent.
 */
export function drawRaster(
  context: CanvasRenderingContext2D,
  box: Box,
  colours: Palette,
  raster: LiveRaster,
): void {
  const { seconds } = raster;
  const bins = rasterBins(raster, Math.floor((box.height - SUM_HEIGHT - GAP) / ROW_HEIGHT_MIN));
  const columnWidth = box.width / seconds;
  const rowHeight = Math.min(
    ROW_HEIGHT_MAX,
    (box.height - SUM_HEIGHT - GAP) / Math.max(1, bins.rows.length),
  );
  drawSum(context, box, colours, sumOf(raster));
  context.fillStyle = colours.bad;
  for (const [at, row] of bins.rows.entries()) {
    const y = SUM_HEIGHT + GAP + at * rowHeight;
    context.globalAlpha = 1;
    context.fillStyle = colours.line;
    context.fillRect(0, y + rowHeight / 2, box.width, 0.5);
    context.fillStyle = colours.bad;
    for (const [second, retries] of row.entries()) {
      if (retries === 0) continue;
      context.globalAlpha = 0.35 + 0.65 * Math.sqrt(retries / bins.highest);
      context.fillRect(second * columnWidth, y, columnWidth - 0.5, Math.max(1, rowHeight - 1));
    }
  }
  context.globalAlpha = 1;
}

/** Retries a second, of all agents. */
export function sumOf({ others, rows }: LiveRaster): readonly number[] {
  const sum = [...others];
  for (const { retries } of rows)
    for (const [second, value] of retries.entries()) sum[second] = (sum[second] ?? 0) + value;
  return sum;
}

function drawSum(
  context: CanvasRenderingContext2D,
  box: Box,
  colours: Palette,
  sum: readonly number[],
): void {
  // Up to five a second stay low: a fleet's ordinary retries should not look like a storm.
  const highest = Math.max(5, ...sum);
  const columnWidth = box.width / Math.max(1, sum.length);
  context.globalAlpha = 1;
  context.fillStyle = colours.line;
  context.fillRect(0, SUM_HEIGHT - 1, box.width, 1);
  context.fillStyle = colours.ink;
  for (const [second, value] of sum.entries()) {
    const height = (value / highest) * (SUM_HEIGHT - 2);
    if (value > 0)
      context.fillRect(second * columnWidth, SUM_HEIGHT - 1 - height, columnWidth - 0.5, height);
  }
}
