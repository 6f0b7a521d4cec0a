import type { LiveRaster } from "@headway/service/live";

export interface RasterBins {
  /** Row by row; each a value a second. */
  readonly rows: readonly (readonly number[])[];
  /** Agents that one row stands for. */
  readonly agentsPerRow: number;
  /** The highest value, at least 1. */
  readonly highest: number;
}

/** More agents than the panel has lines for are added up, neighbours with neighbours, so that no retry is left out. */
export function rasterBins(raster: LiveRaster, rowsMax: number): RasterBins {
  const agentsPerRow = Math.max(1, Math.ceil(raster.rows.length / Math.max(1, rowsMax)));
  const rows: number[][] = [];
  for (const [at, { retries }] of raster.rows.entries()) {
    const row = (rows[Math.floor(at / agentsPerRow)] ??= Array<number>(raster.seconds).fill(0));
    for (const [second, value] of retries.entries()) row[second] = (row[second] ?? 0) + value;
  }
  let highest = 1;
  for (const row of rows) for (const value of row) if (value > highest) highest = value;
  return { rows, agentsPerRow, highest };
}
