import { type SignalName, SIGNALS } from "../report.ts";
import { ByteKeys } from "./byte-keys.ts";
import { attributeFromJson } from "./json-attributes.ts";
import { JsonCursor } from "./json-cursor.ts";
import { type Envelope, walkEnvelope } from "./json-envelope.ts";
import { TEMPORALITY_DELTA } from "./metric-fields.ts";
import { PointDraft, POINT_ATTRIBUTES } from "./point-draft.ts";
import {
  METRIC_RESOURCE_ATTRIBUTES,
  type ReportBatch,
  Series,
  SIGNAL_NAMES,
  type TimedPoint,
} from "./report-batch.ts";

const ENVELOPE: Envelope = {
  request: new ByteKeys(["resourceMetrics"]),
  scopes: new ByteKeys(["scopeMetrics"]),
  resourceAttributes: METRIC_RESOURCE_ATTRIBUTES,
};
const SCOPE_METRICS = new ByteKeys(["metrics"]);
const METRIC = new ByteKeys([
  "name",
  "gauge",
  "sum",
  "exponentialHistogram",
  "histogram",
  "summary",
]);
const SERIES = new ByteKeys(["dataPoints", "aggregationTemporality"]);
const TEMPORALITIES = new ByteKeys(["AGGREGATION_TEMPORALITY_DELTA"]);
const POINT = new ByteKeys([
  "attributes",
  "startTimeUnixNano",
  "timeUnixNano",
  "flags",
  "asInt",
  "asDouble",
  "count",
  "sum",
  "min",
  "max",
  "scale",
  "zeroCount",
  "positive",
  "negative",
]);
const BUCKETS = new ByteKeys(["offset", "bucketCounts"]);

/** Walks the JSON form of an ExportMetricsServiceRequest. */
export function walkReportsJson(body: Uint8Array, batch: ReportBatch): void {
  new ReportWalk(body, batch).request();
}

class ReportWalk {
  readonly #cursor: JsonCursor;
  readonly #batch: ReportBatch;
  readonly #draft = new PointDraft();

  constructor(body: Uint8Array, batch: ReportBatch) {
    this.#cursor = new JsonCursor(body);
    this.#batch = batch;
  }

  request(): void {
    let points: TimedPoint[] = [];
    walkEnvelope(this.#cursor, ENVELOPE, {
      scope: () => this.#scopeMetrics(points),
      resourceEnd: (resource) => {
        this.#batch.addResource(resource, points);
        points = [];
      },
    });
  }

  #scopeMetrics(points: TimedPoint[]): void {
    const cursor = this.#cursor;
    if (!cursor.openObject()) return;
    while (cursor.nextKey()) {
      if (cursor.key(SCOPE_METRICS) === undefined) cursor.skip();
      else cursor.each(() => this.#metric(points));
    }
  }

  /** The name decides what is read, and may come last: so the data is stepped over first and read when it is known. */
  #metric(points: TimedPoint[]): void {
    const cursor = this.#cursor;
    let signal: SignalName | undefined;
    let type: string | undefined;
    let dataAt = -1;
    if (!cursor.openObject()) return;
    while (cursor.nextKey()) {
      const key = cursor.key(METRIC);
      if (key === "name") {
        signal = cursor.keyword(SIGNAL_NAMES);
        continue;
      }
      if (key !== undefined) {
        type =
          key === "exponentialHistogram" ? "histogram" : key === "histogram" ? "explicit" : key;
        dataAt = cursor.pos;
      }
      cursor.skip();
    }
    if (signal === undefined) this.#batch.ignored += 1;
    else if (type !== SIGNALS[signal].type)
      this.#batch.reject(`${signal} must be a ${SIGNALS[signal].type}`);
    else {
      const after = cursor.pos;
      cursor.pos = dataAt;
      for (const point of this.#series(signal)) points.push(point);
      cursor.pos = after;
    }
  }

  #series(signal: SignalName): readonly TimedPoint[] {
    const cursor = this.#cursor;
    const series = new Series(signal, this.#batch);
    let temporality = 0;
    if (!cursor.openObject()) return [];
    while (cursor.nextKey()) {
      const key = cursor.key(SERIES);
      if (key === "dataPoints") cursor.each(() => this.#point(series));
      else if (key === undefined) cursor.skip();
      else if (cursor.isString())
        temporality = cursor.keyword(TEMPORALITIES) === undefined ? 0 : TEMPORALITY_DELTA;
      else temporality = cursor.number() ?? 0;
    }
    return this.#batch.settle(series, temporality);
  }

  #point(series: Series): void {
    const cursor = this.#cursor;
    this.#draft.reset();
    if (cursor.openObject()) while (cursor.nextKey()) this.#pointField();
    series.add(this.#draft);
  }

  #pointField(): void {
    const cursor = this.#cursor;
    const draft = this.#draft;
    const key = cursor.key(POINT);
    switch (key) {
      case "attributes":
        return cursor.each(() => attributeFromJson(cursor, draft.attributes, POINT_ATTRIBUTES));
      case "startTimeUnixNano":
        return draft.start.setDigits(cursor.bytes, cursor.numberText());
      case "timeUnixNano":
        return draft.time.setDigits(cursor.bytes, cursor.numberText());
      case "asInt":
      case "asDouble":
        draft.value = cursor.number();
        return;
      case "count":
      case "zeroCount":
      case "scale":
      case "flags":
        draft[key] = cursor.number() ?? Number.NaN;
        return;
      case "sum":
      case "min":
      case "max":
        draft[key] = cursor.number();
        return;
      case "positive":
        return this.#buckets();
      case "negative":
        return this.#negativeBuckets();
      case undefined:
        cursor.skip();
    }
  }

  #buckets(): void {
    const cursor = this.#cursor;
    if (!cursor.openObject()) return;
    while (cursor.nextKey()) {
      const key = cursor.key(BUCKETS);
      if (key === "offset") this.#draft.offset = cursor.number() ?? Number.NaN;
      else if (key === "bucketCounts") cursor.each(() => this.#draft.addCount(cursor.number()));
      else cursor.skip();
    }
  }

  /** Senders write the empty message; a bucket in it means that something took negative time. */
  #negativeBuckets(): void {
    const cursor = this.#cursor;
    if (!cursor.openObject()) return;
    while (cursor.nextKey()) {
      if (cursor.key(BUCKETS) !== "bucketCounts") cursor.skip();
      else
        cursor.each(() => {
          this.#draft.isCrooked = true;
          cursor.skip();
        });
    }
  }
}
