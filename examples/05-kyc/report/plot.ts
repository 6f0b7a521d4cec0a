/** One line in a plot: a value for each second. */
export interface PlotLine {
  readonly name: string;
  /** Names its colour in the style sheet. */
  readonly kind: "without" | "with" | "neutral";
  readonly values: readonly number[];
}

export interface Plot {
  readonly title: string;
  readonly note: string;
  readonly unit: string;
  readonly lines: readonly PlotLine[];
}

export interface PlotFrame {
  readonly seconds: number;
  /** Shaded: while the provider was slow. */
  readonly faultFrom: number;
  readonly faultTo: number;
}

const WIDTH = 560;
const HEIGHT = 220;
const MARGIN = { top: 12, right: 22, bottom: 26, left: 44 };
const PLOT_WIDTH = WIDTH - MARGIN.left - MARGIN.right;
const PLOT_HEIGHT = HEIGHT - MARGIN.top - MARGIN.bottom;
const X_TICK_SECONDS = 10;
const Y_TICK_COUNT = 4;

/** A figure as HTML: a plain SVG that prints, scales and needs no script; the script only adds what the pointer reads off. */
export function renderPlot(plot: Plot, frame: PlotFrame): string {
  const top = niceTop(Math.max(1, ...plot.lines.flatMap((line) => line.values)));
  const x = (second: number): number => MARGIN.left + (second / frame.seconds) * PLOT_WIDTH;
  const y = (value: number): number => MARGIN.top + PLOT_HEIGHT * (1 - value / top);
  const svg = [
    `<rect class="fault" x="${x(frame.faultFrom)}" y="${MARGIN.top}" width="${x(frame.faultTo) - x(frame.faultFrom)}" height="${PLOT_HEIGHT}"/>`,
    ...yTicks(top).map((value) => yTick(value, y(value))),
    ...xTicks(frame.seconds).map((second) => xTick(second, x(second))),
    ...plot.lines.map(
      (line) => `<path class="line ${line.kind}" d="${pathOf(line.values, x, y)}"/>`,
    ),
    `<line class="cursor" y1="${MARGIN.top}" y2="${HEIGHT - MARGIN.bottom}" x1="0" x2="0"/>`,
  ];
  return `<figure class="plot" data-lines='${dataOf(plot)}'>
<figcaption><h3>${plot.title} <small>${plot.unit}</small></h3><p>${plot.note}</p></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${plot.title}">${svg.join("")}</svg>
<ul class="legend">${plot.lines.map(legendItem).join("")}</ul>
</figure>`;
}

/** Where the drawing area lies in the view box, for the script. */
export const PLOT_AREA = { left: MARGIN.left, width: PLOT_WIDTH, viewWidth: WIDTH };

function legendItem(line: PlotLine): string {
  return `<li class="${line.kind}"><span class="swatch"></span>${line.name} <output></output></li>`;
}

function dataOf(plot: Plot): string {
  return JSON.stringify(
    plot.lines.map((line) => line.values.map((value) => Math.round(value * 10) / 10)),
  );
}

/** Seconds are intervals, so a value stands in the middle of its own. */
function pathOf(
  values: readonly number[],
  x: (second: number) => number,
  y: (value: number) => number,
): string {
  return values
    .map(
      (value, second) =>
        `${second === 0 ? "M" : "L"}${x(second + 0.5).toFixed(1)} ${y(value).toFixed(1)}`,
    )
    .join("");
}

function yTick(value: number, atY: number): string {
  return `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${atY}" y2="${atY}"/><text x="${MARGIN.left - 8}" y="${atY + 4}" text-anchor="end">${value}</text>`;
}

function xTick(second: number, atX: number): string {
  return `<text x="${atX}" y="${HEIGHT - 8}" text-anchor="middle">${second} s</text>`;
}

function xTicks(seconds: number): number[] {
  return Array.from(
    { length: Math.floor(seconds / X_TICK_SECONDS) + 1 },
    (_, index) => index * X_TICK_SECONDS,
  );
}

function yTicks(top: number): number[] {
  return Array.from({ length: Y_TICK_COUNT + 1 }, (_, index) => (top / Y_TICK_COUNT) * index);
}

/** The least of 4, 8, 20, 40, 80, 200 … that holds the greatest value: its quarters are round. */
function niceTop(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  const steps = [0.4, 0.8, 1.2, 2, 4, 8, 12].map((step) => step * decade);
  return steps.find((step) => step >= value && step >= 4) ?? 20 * decade;
}
