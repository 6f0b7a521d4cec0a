import {
  type HistogramData,
  SIGNALS,
  type SignalAttributes,
  type SignalName,
  type SignalPoint,
  type SignalReport,
} from "@headway/core/signals";
import type { Attributes, Counter, Histogram, Meter, MeterProvider } from "@opentelemetry/api";
import type { HasSignalSource } from "../signal-source.ts";
import { SIGNAL_SOURCE } from "../signal-source.ts";
import { spreadValues } from "./spread-values.ts";
import { tapReports } from "./report-tap.ts";

const METER_NAME = "headway";

/** From a cache's answer to a research agent's; seconds. */
const BOUNDARIES_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
];
const BOUNDARIES_COUNTS = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233];

/** Stops recording to the meter. Counters and histograms keep what they have; gauges report nothing any more. */
export type StopRecording = () => void;

/**
 * Gives the signals to your own metrics SDK as well, under the names and attributes that they have on the wire, so that
 * everything Headway tells its service is in your backend too. Through the metrics API's instruments, with whatever readers and
 * exporters you have.
 *
 * Each window's numbers are recorded when it closes. Counts, and sums of histograms to the last digits of a double, are the
 * report's; a histogram's values are its buckets' own, so they are off by no more than its error bound. Gauges hold the last
 * window's value. Takes the hook, or the processor where there is no hook.
 */
export function recordToMeter(
  headway: HasSignalSource,
  meterProvider: MeterProvider,
): StopRecording {
  const instruments = new Instruments(meterProvider.getMeter(METER_NAME));
  const stop = tapReports(headway[SIGNAL_SOURCE].recorder, (report) => instruments.record(report));
  return () => {
    stop();
    instruments.clearGauges();
  };
}

class Instruments {
  readonly #counters = new Map<SignalName, Counter>();
  readonly #histograms = new Map<SignalName, Histogram>();
  #gauges: ReadonlyMap<SignalName, readonly SignalPoint[]> = new Map();

  constructor(meter: Meter) {
    for (const [name, spec] of Object.entries(SIGNALS)) {
      if (!isSignalName(name)) continue;
      const { unit, description } = spec;
      if (spec.type === "sum")
        this.#counters.set(name, meter.createCounter(name, { unit, description }));
      else if (spec.type === "histogram") {
        const explicitBucketBoundaries = unit === "s" ? BOUNDARIES_SECONDS : BOUNDARIES_COUNTS;
        this.#histograms.set(
          name,
          meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries } }),
        );
      } else {
        meter.createObservableGauge(name, { unit, description }).addCallback((result) => {
          for (const { attributes, value } of this.#gauges.get(name) ?? []) {
            if (typeof value === "number") result.observe(value, wireAttributes(attributes));
          }
        });
      }
    }
  }

  record({ points }: SignalReport): void {
    const gauges = new Map<SignalName, SignalPoint[]>();
    for (const point of points) {
      const { signal, attributes, value } = point;
      if (typeof value === "object") this.#recordHistogram(signal, attributes, value);
      else if (SIGNALS[signal].type === "sum")
        this.#counters.get(signal)?.add(value, wireAttributes(attributes));
      else if (!gauges.get(signal)?.push(point)) gauges.set(signal, [point]);
    }
    this.#gauges = gauges;
  }

  clearGauges(): void {
    this.#gauges = new Map();
  }

  #recordHistogram(signal: SignalName, attributes: SignalAttributes, data: HistogramData): void {
    const histogram = this.#histograms.get(signal);
    const named = wireAttributes(attributes);
    for (const { value, count } of spreadValues(data)) {
      for (let i = 0; i < count; i += 1) histogram?.record(value, named);
    }
  }
}

/** As they are on the wire: `headway.` and the name, but for OTel's own name of the overflow. */
function wireAttributes(attributes: SignalAttributes): Attributes {
  const named: Attributes = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined)
      named[name === "overflow" ? "otel.metric.overflow" : `headway.${name}`] = value;
  }
  return named;
}

function isSignalName(name: string): name is SignalName {
  return Object.hasOwn(SIGNALS, name);
}
