import { describe, expect, it } from "vitest";
import type { LiveRaster } from "@headway/service/live";
import type { Palette } from "./palette.tsx";
import { rasterBins } from "./raster-bins.ts";
import { drawRaster, sumOf } from "./raster.ts";
import { drawTrend, runsOf } from "./trend.ts";

const COLOURS: Palette = {
  ink: "ink",
  soft: "soft",
  line: "line",
  panel: "panel",
  warn: "warn",
  bad: "bad",
  hand: "hand",
  band: "band",
};
const BOX = { width: 120, height: 40 };

/** A 2D context that keeps where it was asked to draw. */
function recording() {
  const points: { x: number; y: number }[] = [];
  const rects: { x: number; y: number; width: number; height: number; colour: unknown }[] = [];
  const texts: string[] = [];
  const none = (): void => undefined;
  const context: CanvasRenderingContext2D = Object.assign(Object.create(null), {
    lineTo: (x: number, y: number) => points.push({ x, y }),
    moveTo: (x: number, y: number) => points.push({ x, y }),
    fillRect: (x: number, y: number, width: number, height: number) =>
      rects.push({ x, y, width, height, colour: context.fillStyle }),
    fillText: (text: string) => texts.push(text),
    beginPath: none,
    closePath: none,
    stroke: none,
    fill: none,
    setLineDash: none,
  });
  return { context, points, rects, texts };
}

describe("a trend", () => {
  it("breaks its line where nothing happened", () => {
    expect(runsOf([null, 1, 2, null, null, 3, null])).toEqual([
      [1, 2],
      [5, 5],
    ]);
    expect(runsOf([null])).toEqual([]);
  });

  it.each([
    ["values beyond anything usual", [1, 5_000, 3], 1],
    ["more seconds than it has room for", Array.from({ length: 90 }, (_, at) => at), 20],
    ["none at all", [], null],
    ["all zero", [0, 0, 0], 0],
  ])("stays inside its box with %s", (_name, values, usual) => {
    const { context, points } = recording();
    drawTrend(context, BOX, COLOURS, { values, usual, seconds: 60, isTroubled: true });
    for (const { x, y } of points)
      expect(x >= -1 && x <= BOX.width && y >= 0 && y <= BOX.height).toBe(true);
  });

  it("keeps the trembling of a healthy dependency in the lower half", () => {
    const { context, points } = recording();
    drawTrend(context, BOX, COLOURS, {
      values: [100, 101, 99],
      usual: 100,
      seconds: 60,
      isTroubled: false,
    });
    const highest = Math.min(...points.map(({ y }) => y));
    expect(highest).toBeGreaterThan(BOX.height * 0.4);
  });

  it("says its scale, and marks what lies within it", () => {
    const { context, texts } = recording();
    const marks = [
      { secondsAgo: 10, word: "fired" },
      { secondsAgo: 300, word: "long ago" },
    ];
    drawTrend(
      context,
      { width: 300, height: 120 },
      COLOURS,
      { values: [1, 400], usual: 100, seconds: 60, isTroubled: true },
      { say: (value) => `${Math.round(value)} ms`, marks },
    );
    expect(texts).toEqual(["400 ms", "100 ms", "0 ms", "60 s ago", "now", "fired"]);
  });
});

describe("the raster", () => {
  const raster = (rows: number[][], others: number[] = [0, 0, 0]): LiveRaster => ({
    endsAt: "",
    seconds: 3,
    rows: rows.map((retries, at) => ({ agent: `agent-${at}`, dependency: "tool:a", retries })),
    others,
    agents: rows.length,
    retries: 0,
  });

  it("adds neighbours up where there are more agents than lines, and loses no retry", () => {
    const many = raster(Array.from({ length: 5_000 }, (_, at) => [1, 0, at % 2]));
    const bins = rasterBins(many, 60);
    expect(bins.rows.length).toBeLessThanOrEqual(60);
    expect(bins.rows.flat().reduce((sum, value) => sum + value, 0)).toBe(7_500);
    expect(bins.agentsPerRow).toBe(84);
    expect(rasterBins(raster([[1, 2, 3]]), 60)).toEqual({
      rows: [[1, 2, 3]],
      agentsPerRow: 1,
      highest: 3,
    });
  });

  it("sums over the named and all others", () => {
    expect(
      sumOf(
        raster(
          [
            [1, 0, 2],
            [0, 0, 3],
          ],
          [10, 0, 1],
        ),
      ),
    ).toEqual([11, 0, 6]);
  });

  it("draws a dot for each second in which an agent retried, inside its box", () => {
    const { context, rects } = recording();
    drawRaster(
      context,
      { width: 90, height: 60 },
      COLOURS,
      raster([
        [1, 0, 2],
        [0, 0, 3],
      ]),
    );
    const dots = rects.filter(({ colour }) => colour === "bad");
    expect(dots).toHaveLength(3);
    for (const { x, y, width, height } of rects)
      expect(x >= 0 && x + width <= 90 && y >= 0 && y + height <= 60).toBe(true);
  });
});
