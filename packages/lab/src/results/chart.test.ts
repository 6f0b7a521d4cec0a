import { describe, expect, it } from "vitest";
import { svgOf } from "./chart.ts";
import type { Chart } from "./chart.ts";

const line = (name: string, ys: readonly number[], isReference = false) => ({
  name,
  isReference,
  points: ys.map((y, x) => ({ x, y })),
});

function chart(change: Partial<Chart> = {}): Chart {
  return {
    title: "Goodput <of> two",
    x: { label: "seconds" },
    y: { label: "good a second" },
    series: [line("ours", [1, 2, 3]), line("theirs", [3, 2, 3], true)],
    ...change,
  };
}

/** Where the labels at the lines' ends stand, by name. */
function labelHeights(svg: string): Map<string, number> {
  const labels = [
    ...svg.matchAll(/<text[^>]*transform="translate\([^,]+,([\d.]+)\)"[^>]*>([a-z]+)</g),
  ];
  return new Map(labels.map(([, y, name]) => [name!, Number(y)]));
}

describe("a chart", () => {
  it("is a file of its own, told to who cannot see it, in the reader's light or dark", () => {
    const svg = svgOf(chart());
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" role="img"/);
    expect(svg).toContain("<title>Goodput &lt;of&gt; two</title>");
    expect(svg).toContain("prefers-color-scheme:dark");
  });

  it("draws a line for each series, a reference dashed", () => {
    const svg = svgOf(chart());
    expect(svg.match(/aria-label="line"/g)).toHaveLength(2);
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
  });

  it("keeps the names of lines that end together apart", () => {
    const heights = labelHeights(svgOf(chart()));
    expect([...heights.keys()].toSorted()).toEqual(["ours", "theirs"]);
    expect(Math.abs(heights.get("ours")! - heights.get("theirs")!)).toBeGreaterThanOrEqual(12);
  });

  it("shades the fault, and shows intervals and points where there are any", () => {
    const points = [
      { x: 0, y: 2, low: 1, high: 3 },
      { x: 1, y: 2, low: 1, high: 3 },
    ];
    const shaded = { from: 0, to: 1, label: "fault" };
    const svg = svgOf(chart({ series: [{ name: "ours", points }], shaded, hasDots: true }));
    expect(svg).toContain(">fault<");
    expect(svg).toContain('aria-label="area"');
    expect(svg).toContain('aria-label="dot"');
  });
});
