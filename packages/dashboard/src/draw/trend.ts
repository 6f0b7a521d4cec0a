import type { Box } from "./canvas-box.tsx";
import type { Palette } from "./palette.tsx";

export interface Trend {
  /** Oldest first, one a second, the last one now. */
  readonly values: readonly (number | null)[];
  /** The lower edge of a band that `values` is the upper edge of. */
  readonly lower?: readonly (number | null)[];
  readonly usual: number | null;
  /** Seconds shown; values stand at the right end. */
  readonly seconds: number;
  readonly isTroubled: boolean;
}

export interface TrendAxis {
  readonly say: (value: number) => string;
  /** Vertical marks, in seconds before now. */
  readonly marks: readonly { readonly secondsAgo: number; readonly word: string }[];
}

/**
 * The last minutes of one number against its usual. The scale goes to the highest seen or twice the usual, whichever is more,
 * so that the trembling of a healthy dependency looks as small as it is.
 */
export function drawTrend(
  context: CanvasRenderingContext2D,
  box: Box,
  colours: Palette,
  whole: Trend,
  axis?: TrendAxis,
): void {
  const trend = lastOf(whole);
  const inset =
    axis === undefined ? { left: 0, bottom: 0, top: 2 } : { left: 46, bottom: 16, top: 10 };
  const top = topOf(trend);
  const xOf = (index: number): number => {
    const ago = trend.values.length - 1 - index;
    const width = box.width - inset.left - 1;
    return box.width - 1 - (ago * width) / Math.max(1, trend.seconds - 1);
  };
  const yOf = (value: number): number => {
    const height = box.height - inset.top - inset.bottom - 1;
    return box.height - inset.bottom - 1 - (Math.min(value, top) / top) * height;
  };
  const line = trend.isTroubled ? colours.bad : colours.soft;
  if (axis !== undefined) drawAxis(context, box, colours, { trend, axis, top, xOf, yOf });
  fillBand(
    context,
    trend,
    { xOf, yOf, base: box.height - inset.bottom },
    trend.isTroubled ? colours.bad : colours.band,
  );
  strokeValues(context, trend.values, { xOf, yOf }, line);
  if (trend.usual !== null) {
    const y = Math.round(yOf(trend.usual)) + 0.5;
    context.strokeStyle = colours.ink;
    context.lineWidth = 1;
    context.setLineDash([4, 3]);
    context.beginPath();
    context.moveTo(inset.left, y);
    context.lineTo(box.width, y);
    context.stroke();
    context.setLineDash([]);
  }
}

/** What is older than the plot is wide would be drawn over its axis. */
function lastOf(trend: Trend): Trend {
  const { values, lower, seconds } = trend;
  if (values.length <= seconds) return trend;
  return {
    ...trend,
    values: values.slice(-seconds),
    ...(lower === undefined ? {} : { lower: lower.slice(-seconds) }),
  };
}

interface Scales {
  readonly xOf: (index: number) => number;
  readonly yOf: (value: number) => number;
}

function topOf({ values, usual }: Trend): number {
  let top = usual === null ? 0 : usual * 2;
  for (const value of values) if (value !== null && value > top) top = value;
  return top === 0 ? 1 : top * 1.05;
}

function fillBand(
  context: CanvasRenderingContext2D,
  { values, lower }: Trend,
  { xOf, yOf, base }: Scales & { readonly base: number },
  colour: string,
): void {
  context.fillStyle = colour;
  context.globalAlpha = lower === undefined ? 0.16 : 0.34;
  for (const [from, to] of runsOf(values)) {
    context.beginPath();
    for (let at = from; at <= to; at += 1) context.lineTo(xOf(at), yOf(values[at]!));
    for (let at = to; at >= from; at -= 1) {
      const low = lower?.[at] ?? null;
      context.lineTo(xOf(at), low === null ? base : yOf(low));
    }
    context.closePath();
    context.fill();
  }
  context.globalAlpha = 1;
}

function strokeValues(
  context: CanvasRenderingContext2D,
  values: readonly (number | null)[],
  { xOf, yOf }: Scales,
  colour: string,
): void {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.beginPath();
  for (const [from, to] of runsOf(values)) {
    context.moveTo(xOf(from) - (from === to ? 1 : 0), yOf(values[from]!));
    for (let at = from; at <= to; at += 1) context.lineTo(xOf(at), yOf(values[at]!));
  }
  context.stroke();
}

/** Seconds in which nothing happened are gaps, not zeros. */
export function runsOf(values: readonly (number | null)[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const [at, value] of values.entries()) {
    if (value === null) continue;
    const last = runs.at(-1);
    if (last !== undefined && last[1] === at - 1) last[1] = at;
    else runs.push([at, at]);
  }
  return runs;
}

function drawAxis(
  context: CanvasRenderingContext2D,
  box: Box,
  colours: Palette,
  { trend, axis, top, xOf, yOf }: Scales & { trend: Trend; axis: TrendAxis; top: number },
): void {
  context.font = "11px ui-sans-serif, system-ui, sans-serif";
  context.fillStyle = colours.ink;
  context.textBaseline = "middle";
  context.textAlign = "right";
  const taken: number[] = [];
  for (const value of [top / 1.05, trend.usual, 0]) {
    if (value === null) continue;
    const y = yOf(value);
    if (taken.some((other) => Math.abs(other - y) < 12)) continue;
    taken.push(y);
    context.fillText(axis.say(value), 41, y);
  }
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  context.fillText(`${trend.seconds} s ago`, 46, box.height - 3);
  context.textAlign = "right";
  context.fillText("now", box.width - 1, box.height - 3);
  for (const [nth, { secondsAgo, word }] of axis.marks.entries()) {
    if (secondsAgo < 0 || secondsAgo > trend.seconds - 2) continue;
    const x = Math.round(xOf(trend.values.length - 1 - secondsAgo)) + 0.5;
    context.strokeStyle = colours.ink;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, box.height - 16);
    context.stroke();
    context.textAlign = x > box.width - 60 ? "right" : "left";
    context.fillText(word, x + (x > box.width - 60 ? -3 : 3), 9 + nth * 12);
  }
}
