import type { HistogramData } from "../histogram.ts";
import {
  type SignalAttributes,
  type SignalName,
  type SignalPoint,
  type SignalReport,
  SIGNALS,
} from "../report.ts";
import {
  attributeKey,
  BUCKETS,
  FLAG_NO_VALUE,
  HISTOGRAM_POINT,
  INSTANCE_KEY,
  METRIC,
  NUMBER_POINT,
  OVERFLOW_KEY,
  PAIR,
  REQUEST,
  RESOURCE,
  RESOURCE_METRICS,
  SCOPE,
  SCOPE_METRICS,
  SCOPE_NAME,
  SERIES,
  TEMPORALITY_DELTA,
  VALUE,
} from "./metric-fields.ts";
import { halvesOf } from "./nanos.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";

const EMPTY_REPORT_SIGNAL: SignalName = "headway.attempt.active";

interface Window {
  readonly start: readonly [number, number];
  readonly time: readonly [number, number];
}

/**
 * Encodes a report as an OTLP ExportMetricsServiceRequest in protobuf, delta temporality: any OTLP metrics receiver can
 * read it. `endMs` is the window's end since 1970.
 */
export function encodeReport(report: SignalReport, endMs: number): Uint8Array {
  const writer = new ProtobufWriter();
  const window = { start: halvesOf(endMs - report.windowMs), time: halvesOf(endMs) };
  writer.message(REQUEST.resourceMetrics, () => {
    writer.message(RESOURCE_METRICS.resource, () => {
      writeAttribute(writer, RESOURCE.attribute, INSTANCE_KEY, report.instance);
    });
    writer.message(RESOURCE_METRICS.scopeMetrics, () => {
      writer.message(SCOPE_METRICS.scope, () => writer.string(SCOPE.name, SCOPE_NAME));
      for (const [signal, points] of bySignal(report.points))
        writeMetric(writer, signal, points, window);
      if (report.points.length === 0) writeMetric(writer, EMPTY_REPORT_SIGNAL, [undefined], window);
    });
  });
  return writer.finish();
}

function bySignal(points: readonly SignalPoint[]): Map<SignalName, SignalPoint[]> {
  const groups = new Map<SignalName, SignalPoint[]>();
  for (const point of points) {
    const group = groups.get(point.signal);
    if (group === undefined) groups.set(point.signal, [point]);
    else group.push(point);
  }
  return groups;
}

function writeMetric(
  writer: ProtobufWriter,
  signal: SignalName,
  points: readonly (SignalPoint | undefined)[],
  window: Window,
): void {
  const { type, unit, description } = SIGNALS[signal];
  const field = type === "histogram" ? METRIC.exponentialHistogram : METRIC[type];
  writer.message(SCOPE_METRICS.metric, () => {
    writer.string(METRIC.name, signal);
    writer.string(METRIC.description, description);
    writer.string(METRIC.unit, unit);
    writer.message(field, () => {
      for (const point of points)
        writer.message(SERIES.point, () => writePoint(writer, point, window));
      if (type !== "gauge") writer.uint(SERIES.temporality, TEMPORALITY_DELTA);
      if (type === "sum") writer.uint(SERIES.isMonotonic, 1);
    });
  });
}

function writePoint(writer: ProtobufWriter, point: SignalPoint | undefined, window: Window): void {
  const fields = typeof point?.value === "object" ? HISTOGRAM_POINT : NUMBER_POINT;
  writer.fixed64Parts(fields.start, ...window.start);
  writer.fixed64Parts(fields.time, ...window.time);
  if (point === undefined) {
    writer.uint(fields.flags, FLAG_NO_VALUE);
    return;
  }
  writeAttributes(writer, fields.attribute, point);
  if (typeof point.value === "object") writeHistogram(writer, point.value);
  else if (Number.isSafeInteger(point.value)) writer.fixed64(NUMBER_POINT.int, point.value);
  else writer.double(NUMBER_POINT.double, point.value);
}

function writeHistogram(writer: ProtobufWriter, histogram: HistogramData): void {
  writer.fixed64(HISTOGRAM_POINT.count, histogram.count);
  writer.double(HISTOGRAM_POINT.sum, histogram.sum);
  writer.sint32(HISTOGRAM_POINT.scale, histogram.scale);
  writer.fixed64(HISTOGRAM_POINT.zeroCount, histogram.zeroCount);
  writer.message(HISTOGRAM_POINT.positive, () => {
    writer.sint32(BUCKETS.offset, histogram.offset);
    writer.packedUints(BUCKETS.counts, histogram.counts);
  });
  writer.double(HISTOGRAM_POINT.min, histogram.min);
  writer.double(HISTOGRAM_POINT.max, histogram.max);
}

/** Exactly what the table says of the signal: an attribute beyond it never leaves the process. */
function writeAttributes(
  writer: ProtobufWriter,
  field: number,
  { signal, attributes }: SignalPoint,
): void {
  for (const name of SIGNALS[signal].attributes) {
    const value = attributes[name as keyof SignalAttributes];
    if (value !== undefined) writeAttribute(writer, field, attributeKey(name), value);
  }
  if (attributes.overflow) writeAttribute(writer, field, OVERFLOW_KEY, true);
}

function writeAttribute(
  writer: ProtobufWriter,
  field: number,
  key: string,
  value: string | number | boolean,
): void {
  writer.message(field, () => {
    writer.string(PAIR.key, key);
    writer.message(PAIR.value, () => {
      if (typeof value === "string") writer.string(VALUE.string, value);
      else if (typeof value === "boolean") writer.uint(VALUE.bool, value ? 1 : 0);
      else writer.uint(VALUE.int, value);
    });
  });
}
