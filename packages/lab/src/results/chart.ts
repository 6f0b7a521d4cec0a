import {
  areaY,
  axisX,
  axisY,
  dot,
  gridY,
  line,
  plot,
  rectX,
  ruleX,
  text,
} from "@observablehq/plot";
import { parseHTML } from "linkedom";

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  /** Ends of its 95 % interval. */
  readonly low?: number;
  readonly high?: number;
}

export interface ChartSeries {
  readonly name: string;
  readonly points: readonly ChartPoint[];
  /** Drawn as a thin dashed line: a bound, an ideal. */
  readonly isReference?: boolean;
}

export interface Chart {
  /** Read aloud in the picture's place. */
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly ChartSeries[];
  /** A span of x that is shaded: the fault. */
  readonly shaded?: { readonly from: number; readonly to: number; readonly label: string };
  /** Marks at the points, where they are few and between them lies nothing measured. */
  readonly hasDots?: boolean;
}

export interface Axis {
  readonly label: string;
  readonly scale?: "linear" | "log";
  readonly domain?: readonly [number, number];
  readonly ticks?: readonly number[];
}

/** Readable on white and on black alike: contrast of at least 3 to 1 with both. */
const COLORS = ["#2f81f7", "#d9730d", "#2da44e", "#a371f7", "#d1477f", "#8b6f4e", "#768390"];
const WIDTH = 760;
const HEIGHT = 320;
const LABEL_HEIGHT_PX = 15;

/** A line chart as a file of its own that follows the reader's light or dark theme. Lines are named at their ends. */
export function svgOf(chart: Chart): string {
  const { document } = parseHTML("<html><body></body></html>");
  const { x, y, series, shaded } = chart;
  const colors = new Map(series.map(({ name }, at) => [name, COLORS[at % COLORS.length]!]));
  const marks = series.flatMap((one) => marksOf(one, colors.get(one.name)!, chart));
  const ends = labelsOf(chart);
  const figure = plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 52,
    marginRight: 150,
    marginBottom: 38,
    style: { fontSize: "12px", background: "transparent" },
    x: { type: x.scale ?? "linear", ...(x.domain ? { domain: x.domain } : {}) },
    y: {
      type: y.scale ?? "linear",
      zero: y.scale !== "log",
      nice: true,
      ...(y.domain ? { domain: y.domain } : {}),
    },
    marks: [
      ...(shaded ? shadeOf(shaded) : []),
      gridY({ strokeOpacity: 0.12 }),
      axisX({ label: x.label, ...(x.ticks ? { ticks: [...x.ticks] } : {}), tickFormat: "~s" }),
      axisY({ label: y.label, ...(y.ticks ? { ticks: [...y.ticks] } : {}) }),
      ...marks,
      text(ends, {
        x: "x",
        y: "y",
        text: "name",
        dx: 6,
        textAnchor: "start",
        fill: (end: Label) => colors.get(end.name)!,
      }),
    ],
  });
  return standalone(figure.outerHTML, chart.title);
}

interface Label {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

function marksOf({ points, isReference }: ChartSeries, stroke: string, { hasDots }: Chart) {
  const data = [...points];
  const interval = data.filter(({ low, high }) => low !== undefined && high !== undefined);
  return [
    areaY(interval, { x: "x", y1: "low", y2: "high", fill: stroke, fillOpacity: 0.15 }),
    line(data, {
      x: "x",
      y: "y",
      stroke,
      strokeWidth: isReference ? 1.2 : 2,
      ...(isReference ? { strokeDasharray: "5,4" } : {}),
    }),
    ...(hasDots ? [dot(data, { x: "x", y: "y", r: 2.6, fill: stroke })] : []),
  ];
}

function shadeOf({ from, to, label }: NonNullable<Chart["shaded"]>) {
  const fill = "currentColor";
  return [
    rectX([{ from, to }], { x1: "from", x2: "to", fill, fillOpacity: 0.07 }),
    ruleX([from, to], { stroke: fill, strokeOpacity: 0.25 }),
    text([{ from, label }], {
      x: "from",
      text: "label",
      frameAnchor: "top",
      textAnchor: "start",
      dx: 5,
      dy: 4,
      fill,
      fillOpacity: 0.6,
    }),
  ];
}

/** At the lines' ends, moved apart as far as they need to be read. */
function labelsOf({ series, y }: Chart): Label[] {
  const scale = (value: number): number => (y.scale === "log" ? Math.log(value) : value);
  const unscale = (value: number): number => (y.scale === "log" ? Math.exp(value) : value);
  const values = series.flatMap(({ points }) => points.map((point) => scale(point.y)));
  const [least, most] = y.domain
    ? [scale(y.domain[0]), scale(y.domain[1])]
    : [y.scale === "log" ? Math.min(...values) : Math.min(0, ...values), Math.max(...values)];
  const gap = ((most - least) * LABEL_HEIGHT_PX) / (HEIGHT - 60);
  const ends = series
    .flatMap(({ name, points }) => points.slice(-1).map((point) => ({ name, point })))
    .sort((a, b) => a.point.y - b.point.y);
  let above = Number.NEGATIVE_INFINITY;
  return ends.map(({ name, point }) => {
    above = Math.max(scale(point.y), above + gap);
    return { name, x: point.x, y: unscale(above) };
  });
}

function standalone(svg: string, title: string): string {
  const style =
    "<style>svg{color:#1f2328}@media(prefers-color-scheme:dark){svg{color:#d1d7e0}}</style>";
  const opened = svg.replace(
    /^<svg /,
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeText(title)}" `,
  );
  return `${opened.replace(">", `><title>${escapeText(title)}</title>${style}`)}\n`;
}

function escapeText(plain: string): string {
  return plain
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
