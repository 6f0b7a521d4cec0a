import { createNoopMeter, type Meter } from "@opentelemetry/api";
import { type HistogramData, type SignalPoint, SIGNALS } from "@headway/core/signals";
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { describe, expect, it } from "vitest";
import { FakeSource } from "./fixtures/fake-source.ts";
import { agentRun, SDK_LINES } from "./fixtures/sdk-lines.ts";
import { recordToMeter } from "./meter.ts";
import { HeadwaySpanProcessor } from "./span-processor.ts";

/** A process with a metrics SDK of its own, and what its exporter gets. */
function process() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const source = new FakeSource();
  const stop = recordToMeter(source, new MeterProvider({ readers: [reader] }));
  const collect = async (): Promise<MetricData[]> => {
    exporter.reset();
    await reader.forceFlush();
    return exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
  };
  const work = (): void =>
    agentRun(
      SDK_LINES[2]!.provider(new HeadwaySpanProcessor(source)).getTracer("gen_ai"),
      (ms) => (source.ms = ms),
    );
  return { source, stop, collect, work };
}

function wire(point: SignalPoint): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(point.attributes).map(([name, value]) => [
      name === "overflow" ? "otel.metric.overflow" : `headway.${name}`,
      value,
    ]),
  );
}

function found(metrics: readonly MetricData[], point: SignalPoint): unknown {
  const metric = metrics.find(({ descriptor }) => descriptor.name === point.signal);
  expect(metric?.descriptor.unit).toBe(SIGNALS[point.signal].unit);
  const attributes = wire(point);
  const match = metric?.dataPoints.find(
    (dataPoint) =>
      JSON.stringify(sorted(dataPoint.attributes)) === JSON.stringify(sorted(attributes)),
  );
  return match?.value;
}

const sorted = (attributes: object) =>
  Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));

function aboutAs({ count, sum }: HistogramData): unknown {
  return expect.objectContaining({ count, sum: expect.closeTo(sum, 9) });
}

describe("recordToMeter", () => {
  it("gives the user's metrics SDK every point of the report: same name, unit, attributes and numbers", async () => {
    const { source, collect, work } = process();
    work();
    source.recorder.setWaiting("tool:x", 5, 3, 0);
    source.recorder.applied("tool:x", "hold", 120);
    source.recorder.setLease("tool:x", 4);
    source.recorder.reportFailed("timeout");
    const { points } = source.recorder.take(1000);
    const metrics = await collect();
    expect(new Set(points.map(({ signal }) => SIGNALS[signal].type)).size).toBe(3);
    for (const point of points) {
      const { signal, value } = point;
      const expected = typeof value === "number" ? value : aboutAs(value);
      expect([signal, found(metrics, point)]).toEqual([signal, expected]);
    }
    expect(
      metrics
        .filter(({ dataPointType }) => dataPointType === DataPointType.GAUGE)
        .flatMap(({ dataPoints }): readonly unknown[] => dataPoints),
    ).toHaveLength(points.filter(({ signal }) => SIGNALS[signal].type === "gauge").length);
  });

  it("adds up counters over windows, and keeps of a gauge the last one only", async () => {
    const { source, collect, work } = process();
    source.recorder.setWaiting("tool:x", 5, 3, 0);
    work();
    source.recorder.take(1000);
    work();
    source.recorder.setWaiting("tool:x", 5, 2, 0);
    source.recorder.take(2000);
    const metrics = await collect();
    expect(
      found(metrics, {
        signal: "headway.call.waiting",
        attributes: { dependency: "tool:x", priority: 5 },
        value: 0,
      }),
    ).toBe(2);
    expect(
      found(metrics, {
        signal: "headway.agent.attempts",
        attributes: { dependency: "model:openai/gpt-5", agent: "kyc" },
        value: 0,
      }),
    ).toBe(4);
  });

  it("forgets a gauge that the report no longer has", async () => {
    const { source, collect } = process();
    for (const waiting of [3, 0]) {
      source.recorder.setWaiting("tool:x", 5, waiting, 0);
      source.recorder.take(1000);
    }
    expect(source.recorder.take(2000).points).toEqual([]);
    const points = (await collect()).flatMap(({ dataPoints }): readonly unknown[] => dataPoints);
    expect(points).toEqual([]);
  });

  it("reports nothing more once it is stopped", async () => {
    const { source, stop, collect } = process();
    source.recorder.setWaiting("tool:x", 5, 3, 0);
    source.recorder.take(1000);
    stop();
    source.recorder.reportFailed("timeout");
    source.recorder.take(2000);
    expect((await collect()).flatMap(({ dataPoints }): readonly unknown[] => dataPoints)).toEqual(
      [],
    );
  });

  it("takes nothing from the service: the report is whole whatever the metrics SDK does", () => {
    const source = new FakeSource();
    const meter: Meter = Object.create(createNoopMeter());
    const counter = {
      add() {
        throw new Error("boom");
      },
    };
    recordToMeter(source, {
      getMeter: () => Object.assign(meter, { createCounter: () => counter }),
    });
    source.recorder.reportFailed("timeout");
    expect(source.recorder.take(1000).points).toHaveLength(1);
  });

  it("leaves a recorder untouched that nobody records from", () => {
    expect(Object.hasOwn(new FakeSource().recorder, "take")).toBe(false);
  });
});
