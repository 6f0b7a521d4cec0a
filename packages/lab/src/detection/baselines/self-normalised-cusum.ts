import type { HistogramData } from "@headway/core/signals";
import { EngineWindows } from "../engine-windows.ts";
import type { Alarm } from "../protocol.ts";
import { serviceOf } from "../span-watch.ts";
import type { SpanWatch } from "../span-watch.ts";
import type { Second } from "../span-reports.ts";

export interface SelfNormalisedOptions {
  readonly threshold: number;
  readonly allowance: number;
}

interface Chart {
  windows: number;
  mean: number;
  squares: number;
  statistic: number;
}

/** Windows with calls before a mean and a spread of them are worth comparing with. */
const WINDOWS_MIN = 10;
const Z_MAX = 10;
const LOG_MIN = Math.log(1e-5);

/**
 * The line to beat on spans: of every service and operation its own time, and of every edge its gap, as the mean of log seconds in a
 * window of one second; that mean against the mean and spread of such means before (so that correlation within a second is in the
 * spread), and Page's one-sided CUSUM of it.
 */
export class SelfNormalisedWatch implements SpanWatch {
  readonly #options: SelfNormalisedOptions;
  readonly #charts: Map<string, Chart>;
  readonly #windows = new EngineWindows();

  constructor(options: SelfNormalisedOptions, charts = new Map<string, Chart>()) {
    this.#options = options;
    this.#charts = charts;
  }

  observe({ endS, report }: Second): readonly Alarm[] {
    const alarms: Alarm[] = [];
    for (const { dependency, selfByOperation, gapsMade } of this.#windows.of(report).values()) {
      const caller = serviceOf(dependency);
      for (const [key, times] of selfByOperation ?? [])
        if (this.#observeStream(`self ${dependency} ${key}`, times))
          alarms.push({ atS: endS, stream: "self", service: caller, edges: [] });
      for (const [key, times] of gapsMade ?? []) {
        if (this.#observeStream(`gap ${dependency} ${key}`, times))
          alarms.push({ atS: endS, stream: "gap", service: serviceOf(key), edges: [caller] });
      }
    }
    return alarms;
  }

  fork(): SelfNormalisedWatch {
    const charts = [...this.#charts].map(([key, chart]) => [key, { ...chart }] as const);
    return new SelfNormalisedWatch(this.#options, new Map(charts));
  }

  /** Whether the chart has just crossed its threshold; it starts anew then. */
  #observeStream(key: string, times: HistogramData): boolean {
    let chart = this.#charts.get(key);
    if (!chart) this.#charts.set(key, (chart = { windows: 0, mean: 0, squares: 0, statistic: 0 }));
    const value = meanLog(times);
    if (chart.windows >= WINDOWS_MIN) {
      const spread = Math.max(Math.sqrt(chart.squares / (chart.windows - 1)), 1e-3);
      const z = Math.min(Z_MAX, (value - chart.mean) / spread);
      chart.statistic = Math.max(0, chart.statistic + z - this.#options.allowance);
    }
    chart.windows += 1;
    const deviation = value - chart.mean;
    chart.mean += deviation / chart.windows;
    chart.squares += deviation * (value - chart.mean);
    if (chart.statistic <= this.#options.threshold) return false;
    chart.statistic = 0;
    return true;
  }
}

function meanLog({ scale, offset, counts, zeroCount, count }: HistogramData): number {
  let sum = zeroCount * LOG_MIN;
  for (const [index, each] of counts.entries())
    sum += each * Math.max(LOG_MIN, ((offset + index + 0.5) / 2 ** scale) * Math.LN2);
  return sum / count;
}
