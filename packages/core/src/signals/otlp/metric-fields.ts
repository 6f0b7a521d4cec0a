import type { SignalAttributes } from "../report.ts";
import { tagOf, WIRE } from "./protobuf-reader.ts";

// opentelemetry-proto 1.11: metrics/v1/metrics.proto. The writer and the reader both take their numbers from here.
export const REQUEST = { resourceMetrics: 1 } as const;
export const RESOURCE_METRICS = { resource: 1, scopeMetrics: 2 } as const;
export const RESOURCE = { attribute: 1 } as const;
export const SCOPE_METRICS = { scope: 1, metric: 2 } as const;
export const SCOPE = { name: 1 } as const;
export const METRIC = {
  name: 1,
  description: 2,
  unit: 3,
  gauge: 5,
  sum: 7,
  histogram: 9,
  exponentialHistogram: 10,
  summary: 11,
} as const;
export const SERIES = { point: 1, temporality: 2, isMonotonic: 3 } as const;
export const NUMBER_POINT = {
  attribute: 7,
  start: 2,
  time: 3,
  double: 4,
  int: 6,
  flags: 8,
} as const;
export const HISTOGRAM_POINT = {
  attribute: 1,
  start: 2,
  time: 3,
  count: 4,
  sum: 5,
  scale: 6,
  zeroCount: 7,
  positive: 8,
  negative: 9,
  flags: 10,
  min: 12,
  max: 13,
} as const;
export const BUCKETS = { offset: 1, counts: 2 } as const;
export const PAIR = { key: 1, value: 2 } as const;
export const VALUE = { string: 1, bool: 2, int: 3, double: 4 } as const;

export const TEMPORALITY_DELTA = 1;
/** OTLP's flag for a point that says only when: it stands in a report with nothing in it, which would have no window else. */
export const FLAG_NO_VALUE = 1;

export const SCOPE_NAME = "headway";
export const INSTANCE_KEY = "service.instance.id";
export const OVERFLOW_KEY = "otel.metric.overflow";

export function attributeKey(name: keyof SignalAttributes): string {
  return name === "overflow" ? OVERFLOW_KEY : `headway.${name}`;
}

export const bytesTag = (field: number): number => tagOf(field, WIRE.bytes);
export const varintTag = (field: number): number => tagOf(field, WIRE.varint);
export const fixedTag = (field: number): number => tagOf(field, WIRE.fixed64);
