import type { LiveHistory, LiveNow, LiveSecond } from "@headway/service/live";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { count, duration, timeOfDay } from "../format.ts";
import type { Palette } from "./palette.tsx";

const HEIGHT = 138;
const SECONDS_MAX = 900;
const GAP_S = 2.5;

type Column = (number | null)[];

interface Line {
  readonly label: string;
  readonly of: (now: LiveNow) => number | null;
  readonly colour: keyof Palette;
  readonly isDashed?: boolean;
  readonly isFilled?: boolean;
}

interface ChartPlan {
  readonly name: string;
  readonly say: (value: number) => string;
  readonly lines: readonly Line[];
}

const of = (share: keyof LiveNow) => (now: LiveNow) => (now[share] ?? 0) * now.attemptsPerSecond;

const PLANS: readonly ChartPlan[] = [
  {
    name: "latency",
    say: duration,
    lines: [
      { label: "p95", of: (now) => now.p95Ms, colour: "bad" },
      { label: "p50", of: (now) => now.p50Ms, colour: "ink", isFilled: true },
    ],
  },
  {
    name: "attempts",
    say: count,
    lines: [
      { label: "attempts", of: (now) => now.attemptsPerSecond, colour: "ink", isFilled: true },
      { label: "retries", of: of("retryShare"), colour: "warn" },
      { label: "errors", of: of("errorShare"), colour: "bad" },
      { label: "throttled", of: of("throttledShare"), colour: "hand", isDashed: true },
    ],
  },
  {
    name: "flight",
    say: count,
    lines: [
      { label: "in flight", of: (now) => now.inFlight, colour: "ink", isFilled: true },
      { label: "bound", of: (now) => now.bound, colour: "hand", isDashed: true },
      { label: "waiting", of: (now) => now.waiting, colour: "warn" },
    ],
  },
];

/** Three charts over one stretch of time, under one cursor. */
export class HistoryCharts {
  readonly #times: number[];
  readonly #charts: {
    readonly plot: uPlot;
    readonly plan: ChartPlan;
    readonly columns: Column[];
  }[] = [];
  readonly #observer: ResizeObserver;

  constructor(root: HTMLElement, { seconds, usualMs }: LiveHistory, colours: Palette) {
    this.#times = seconds.map(({ endsAt }) => Date.parse(endsAt) / 1_000);
    for (const plan of PLANS) {
      const element = root.querySelector<HTMLElement>(`[data-chart="${plan.name}"]`);
      if (element === null) continue;
      const columns = plan.lines.map((line) =>
        seconds.map((second: LiveSecond) => line.of(second)),
      );
      const options = optionsOf(
        plan,
        colours,
        element.clientWidth - 16,
        plan.name === "latency" ? usualMs : null,
      );
      const plot = new uPlot(options, [this.#times, ...columns], element);
      this.#charts.push({ plot, plan, columns });
    }
    this.#observer = new ResizeObserver(() => {
      for (const { plot } of this.#charts) {
        const width = (plot.root.parentElement?.clientWidth ?? 0) - 16;
        if (width > 0 && width !== plot.width) plot.setSize({ width, height: HEIGHT });
      }
    });
    this.#observer.observe(root);
  }

  /** One second more, in which the oldest makes room. Seconds that were missed are a gap, not a line. */
  add(atMs: number, now: LiveNow): void {
    const at = atMs / 1_000;
    const last = this.#times.at(-1) ?? at - 1;
    if (at <= last) return;
    if (at - last > GAP_S) this.#push(last + 1, null);
    this.#push(at, now);
    for (const { plot, columns } of this.#charts) plot.setData([this.#times, ...columns]);
  }

  #push(at: number, now: LiveNow | null): void {
    this.#times.push(at);
    const isFull = this.#times.length > SECONDS_MAX;
    if (isFull) this.#times.shift();
    for (const { plan, columns } of this.#charts) {
      for (const [index, line] of plan.lines.entries()) {
        columns[index]!.push(now === null ? null : line.of(now));
        if (isFull) columns[index]!.shift();
      }
    }
  }

  destroy(): void {
    this.#observer.disconnect();
    for (const { plot } of this.#charts) plot.destroy();
  }
}

function optionsOf(
  plan: ChartPlan,
  colours: Palette,
  width: number,
  usual: number | null,
): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: colours.soft,
    font: "11px ui-sans-serif, system-ui, sans-serif",
    grid: { stroke: colours.line, width: 1 },
    ticks: { show: false },
  };
  return {
    width: Math.max(200, width),
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    cursor: { sync: { key: "history" }, drag: { x: true, y: false } },
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(high, usual ?? 0, 1e-3) * 1.08] } },
    axes: [
      {
        ...axis,
        size: 24,
        space: 90,
        values: (_plot, times) => times.map((time) => timeOfDay(time * 1_000)),
      },
      { ...axis, size: 58, values: (_plot, values) => values.map(plan.say) },
    ],
    series: [
      { label: "at", value: (_plot, time) => (time === null ? "–" : timeOfDay(time * 1_000)) },
      ...plan.lines.map((line) => ({
        label: line.label,
        stroke: colours[line.colour],
        width: 1.5,
        spanGaps: false,
        points: { show: false },
        ...(line.isDashed ? { dash: [5, 4] } : {}),
        ...(line.isFilled ? { fill: `color-mix(in srgb, ${colours.band} 40%, transparent)` } : {}),
        value: (_plot: uPlot, value: number | null) => (value === null ? "–" : plan.say(value)),
      })),
    ],
    hooks: { draw: usual === null ? [] : [(plot) => drawUsual(plot, usual, colours)] },
  };
}

function drawUsual(plot: uPlot, usual: number, colours: Palette): void {
  const { ctx, bbox } = plot;
  const y = plot.valToPos(usual, "y", true);
  ctx.save();
  ctx.strokeStyle = colours.ink;
  ctx.setLineDash([6, 5]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
