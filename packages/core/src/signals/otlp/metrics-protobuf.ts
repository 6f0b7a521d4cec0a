import { type SignalName, SIGNALS } from "../report.ts";
import { AttributeValues } from "./attribute-values.ts";
import { Interner } from "./interner.ts";
import {
  BUCKETS,
  bytesTag,
  fixedTag,
  HISTOGRAM_POINT,
  METRIC,
  NUMBER_POINT,
  REQUEST,
  RESOURCE,
  RESOURCE_METRICS,
  SCOPE_METRICS,
  SERIES,
  varintTag,
} from "./metric-fields.ts";
import { PointDraft, POINT_ATTRIBUTES } from "./point-draft.ts";
import { attributeFromProtobuf, keyHere } from "./protobuf-attributes.ts";
import { ProtobufReader } from "./protobuf-reader.ts";
import {
  METRIC_RESOURCE_ATTRIBUTES,
  type ReportBatch,
  Series,
  SIGNAL_NAMES,
  type TimedPoint,
} from "./report-batch.ts";

const DATA_TAGS: ReadonlyMap<number, string> = new Map([
  [bytesTag(METRIC.gauge), "gauge"],
  [bytesTag(METRIC.sum), "sum"],
  [bytesTag(METRIC.exponentialHistogram), "histogram"],
  [bytesTag(METRIC.histogram), "explicit"],
  [bytesTag(METRIC.summary), "summary"],
]);

/** Walks an ExportMetricsServiceRequest. Fields may come in any order, as protobuf allows. */
export function walkReportsProtobuf(body: Uint8Array, batch: ReportBatch): void {
  new ReportWalk(body, batch).request();
}

class ReportWalk {
  readonly #reader: ProtobufReader;
  readonly #strings: Interner;
  readonly #batch: ReportBatch;
  readonly #draft = new PointDraft();

  constructor(body: Uint8Array, batch: ReportBatch) {
    this.#reader = new ProtobufReader(body);
    this.#strings = new Interner(body, this.#reader.view);
    this.#batch = batch;
  }

  request(): void {
    const reader = this.#reader;
    while (reader.more) {
      const tag = reader.tag();
      if (tag === bytesTag(REQUEST.resourceMetrics)) this.#resourceMetrics();
      else reader.skip(tag);
    }
  }

  #resourceMetrics(): void {
    const reader = this.#reader;
    const outer = reader.enter();
    const resource = new AttributeValues();
    const points: TimedPoint[] = [];
    while (reader.more) {
      const tag = reader.tag();
      if (tag === bytesTag(RESOURCE_METRICS.resource)) this.#resource(resource);
      else if (tag === bytesTag(RESOURCE_METRICS.scopeMetrics)) this.#scopeMetrics(points);
      else reader.skip(tag);
    }
    reader.leave(outer);
    this.#batch.addResource(resource, points);
  }

  #resource(resource: AttributeValues): void {
    const reader = this.#reader;
    const outer = reader.enter();
    while (reader.more) {
      const tag = reader.tag();
      if (tag === bytesTag(RESOURCE.attribute))
        attributeFromProtobuf(reader, this.#strings, resource, METRIC_RESOURCE_ATTRIBUTES);
      else reader.skip(tag);
    }
    reader.leave(outer);
  }

  #scopeMetrics(points: TimedPoint[]): void {
    const reader = this.#reader;
    const outer = reader.enter();
    while (reader.more) {
      const tag = reader.tag();
      if (tag === bytesTag(SCOPE_METRICS.metric)) this.#metric(points);
      else reader.skip(tag);
    }
    reader.leave(outer);
  }

  /** The name decides what is read, and may come last: so the data is stepped over first and read when it is known. */
  #metric(points: TimedPoint[]): void {
    const reader = this.#reader;
    const outer = reader.enter();
    let signal: SignalName | undefined;
    let type: string | undefined;
    let dataAt = -1;
    while (reader.more) {
      const tag = reader.tag();
      if (tag === bytesTag(METRIC.name)) {
        signal = keyHere(reader, SIGNAL_NAMES);
        continue;
      }
      const typeHere = DATA_TAGS.get(tag);
      if (typeHere !== undefined) {
        type = typeHere;
        dataAt = reader.pos;
      }
      reader.skip(tag);
    }
    if (signal === undefined) this.#batch.ignored += 1;
    else if (type !== SIGNALS[signal].type)
      this.#batch.reject(`${signal} must be a ${SIGNALS[signal].type}`);
    else {
      reader.pos = dataAt;
      for (const point of this.#series(signal)) points.push(point);
    }
    reader.leave(outer);
  }

  #series(signal: SignalName): readonly TimedPoint[] {
    const reader = this.#reader;
    const outer = reader.enter();
    const series = new Series(signal, this.#batch);
    const isHistogram = SIGNALS[signal].type === "histogram";
    let temporality = 0;
    while (reader.more) {
      const tag = reader.tag();
      if (tag === bytesTag(SERIES.point)) this.#point(series, isHistogram);
      else if (tag === varintTag(SERIES.temporality)) temporality = reader.int64();
      else reader.skip(tag);
    }
    reader.leave(outer);
    return this.#batch.settle(series, temporality);
  }

  #point(series: Series, isHistogram: boolean): void {
    const reader = this.#reader;
    const outer = reader.enter();
    this.#draft.reset();
    while (reader.more) {
      const tag = reader.tag();
      if (isHistogram) this.#histogramField(tag);
      else this.#numberField(tag);
    }
    reader.leave(outer);
    series.add(this.#draft);
  }

  #numberField(tag: number): void {
    const reader = this.#reader;
    const draft = this.#draft;
    switch (tag) {
      case bytesTag(NUMBER_POINT.attribute):
        return attributeFromProtobuf(reader, this.#strings, draft.attributes, POINT_ATTRIBUTES);
      case fixedTag(NUMBER_POINT.start):
        reader.fixed64();
        return draft.start.setHalves(reader.low, reader.high);
      case fixedTag(NUMBER_POINT.time):
        reader.fixed64();
        return draft.time.setHalves(reader.low, reader.high);
      case fixedTag(NUMBER_POINT.double):
        draft.value = reader.double();
        return;
      case fixedTag(NUMBER_POINT.int):
        draft.value = reader.sfixed64();
        return;
      case varintTag(NUMBER_POINT.flags):
        draft.flags = reader.uint32();
        return;
      default:
        reader.skip(tag);
    }
  }

  #histogramField(tag: number): void {
    const reader = this.#reader;
    const draft = this.#draft;
    switch (tag) {
      case bytesTag(HISTOGRAM_POINT.attribute):
        return attributeFromProtobuf(reader, this.#strings, draft.attributes, POINT_ATTRIBUTES);
      case fixedTag(HISTOGRAM_POINT.start):
        reader.fixed64();
        return draft.start.setHalves(reader.low, reader.high);
      case fixedTag(HISTOGRAM_POINT.time):
        reader.fixed64();
        return draft.time.setHalves(reader.low, reader.high);
      case fixedTag(HISTOGRAM_POINT.count):
        draft.count = reader.sfixed64();
        return;
      case fixedTag(HISTOGRAM_POINT.zeroCount):
        draft.zeroCount = reader.sfixed64();
        return;
      case fixedTag(HISTOGRAM_POINT.sum):
        draft.sum = reader.double();
        return;
      case fixedTag(HISTOGRAM_POINT.min):
        draft.min = reader.double();
        return;
      case fixedTag(HISTOGRAM_POINT.max):
        draft.max = reader.double();
        return;
      case varintTag(HISTOGRAM_POINT.scale):
        draft.scale = reader.sint32();
        return;
      case varintTag(HISTOGRAM_POINT.flags):
        draft.flags = reader.uint32();
        return;
      case bytesTag(HISTOGRAM_POINT.positive):
        return this.#buckets();
      case bytesTag(HISTOGRAM_POINT.negative):
        return this.#negativeBuckets();
      default:
        reader.skip(tag);
    }
  }

  #buckets(): void {
    const reader = this.#reader;
    const outer = reader.enter();
    while (reader.more) {
      const tag = reader.tag();
      if (tag === varintTag(BUCKETS.offset)) this.#draft.offset = reader.sint32();
      else if (tag === varintTag(BUCKETS.counts)) this.#draft.addCount(reader.uint64());
      else if (tag === bytesTag(BUCKETS.counts)) this.#packedCounts();
      else reader.skip(tag);
    }
    reader.leave(outer);
  }

  #packedCounts(): void {
    const reader = this.#reader;
    const outer = reader.enter();
    while (reader.more) this.#draft.addCount(reader.uint64());
    reader.leave(outer);
  }

  /** Senders write the empty message; a bucket in it means that something took negative time. */
  #negativeBuckets(): void {
    const reader = this.#reader;
    const outer = reader.enter();
    while (reader.more) {
      const tag = reader.tag();
      if (tag === bytesTag(BUCKETS.counts) || tag === varintTag(BUCKETS.counts))
        this.#draft.isCrooked = true;
      reader.skip(tag);
    }
    reader.leave(outer);
  }
}
