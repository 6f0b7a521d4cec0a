import { AttributeValues } from "./attribute-values.ts";
import { IdMemo } from "./hex-id.ts";
import { Interner } from "./interner.ts";
import { attributeFromProtobuf, keyHere, stringHere } from "./protobuf-attributes.ts";
import { ProtobufReader, tagOf, WIRE } from "./protobuf-reader.ts";
import { type SpanBatch, SpanDraft } from "./span-draft.ts";
import { EVENT_KEYS, EVENT_NAMES, RESOURCE_ATTRIBUTES, SPAN_ATTRIBUTES } from "./trace-keys.ts";

// opentelemetry-proto 1.11: trace/v1/trace.proto and common/v1/common.proto.
const REQUEST_RESOURCE_SPANS = tagOf(1, WIRE.bytes);
const RESOURCE_SPANS_RESOURCE = tagOf(1, WIRE.bytes);
const RESOURCE_SPANS_SCOPE_SPANS = tagOf(2, WIRE.bytes);
const RESOURCE_ATTRIBUTE = tagOf(1, WIRE.bytes);
const SCOPE_SPANS_SCOPE = tagOf(1, WIRE.bytes);
const SCOPE_SPANS_SPAN = tagOf(2, WIRE.bytes);
const SCOPE_NAME = tagOf(1, WIRE.bytes);
const SPAN_TRACE_ID = tagOf(1, WIRE.bytes);
const SPAN_SPAN_ID = tagOf(2, WIRE.bytes);
const SPAN_PARENT_SPAN_ID = tagOf(4, WIRE.bytes);
const SPAN_NAME = tagOf(5, WIRE.bytes);
const SPAN_KIND = tagOf(6, WIRE.varint);
const SPAN_START = tagOf(7, WIRE.fixed64);
const SPAN_END = tagOf(8, WIRE.fixed64);
const SPAN_ATTRIBUTE = tagOf(9, WIRE.bytes);
const SPAN_EVENT = tagOf(11, WIRE.bytes);
const SPAN_STATUS = tagOf(15, WIRE.bytes);
const EVENT_NAME = tagOf(2, WIRE.bytes);
const EVENT_ATTRIBUTE = tagOf(3, WIRE.bytes);
const STATUS_CODE = tagOf(3, WIRE.varint);
const STATUS_CODE_ERROR = 2;

/** Walks an ExportTraceServiceRequest. Fields may come in any order, as protobuf allows. */
export function walkTraceProtobuf(body: Uint8Array, batch: SpanBatch): void {
  new TraceWalk(body, batch).request();
}

class TraceWalk {
  readonly #reader: ProtobufReader;
  readonly #strings: Interner;
  readonly #batch: SpanBatch;
  readonly #draft = new SpanDraft();
  readonly #traceIds: IdMemo;
  readonly #spanIds: IdMemo;
  readonly #parentIds: IdMemo;

  constructor(body: Uint8Array, batch: SpanBatch) {
    this.#reader = new ProtobufReader(body);
    this.#strings = new Interner(body, this.#reader.view);
    this.#batch = batch;
    this.#traceIds = new IdMemo(this.#reader, 16);
    this.#spanIds = new IdMemo(this.#reader, 8);
    this.#parentIds = new IdMemo(this.#reader, 8);
  }

  request(): void {
    const reader = this.#reader;
    while (reader.more) {
      const tag = reader.tag();
      if (tag === REQUEST_RESOURCE_SPANS) this.#resourceSpans();
      else reader.skip(tag);
    }
  }

  #resourceSpans(): void {
    const reader = this.#reader;
    const outer = reader.enter();
    const resource = new AttributeValues();
    while (reader.more) {
      const tag = reader.tag();
      if (tag === RESOURCE_SPANS_RESOURCE) this.#resource(resource);
      else if (tag === RESOURCE_SPANS_SCOPE_SPANS) this.#scopeSpans(resource);
      else reader.skip(tag);
    }
    reader.leave(outer);
  }

  /** Fills the bag that the spans hold already, should the resource come after them. */
  #resource(resource: AttributeValues): void {
    const reader = this.#reader;
    const outer = reader.enter();
    while (reader.more) {
      const tag = reader.tag();
      if (tag === RESOURCE_ATTRIBUTE)
        attributeFromProtobuf(reader, this.#strings, resource, RESOURCE_ATTRIBUTES);
      else reader.skip(tag);
    }
    reader.leave(outer);
  }

  #scopeSpans(resource: AttributeValues): void {
    const reader = this.#reader;
    const outer = reader.enter();
    const first = this.#batch.spans.length;
    let scope = "";
    while (reader.more) {
      const tag = reader.tag();
      if (tag === SCOPE_SPANS_SPAN) this.#span(resource);
      else if (tag === SCOPE_SPANS_SCOPE) scope = this.#scope();
      else reader.skip(tag);
    }
    this.#batch.nameScope(first, scope);
    reader.leave(outer);
  }

  #scope(): string {
    const reader = this.#reader;
    const outer = reader.enter();
    let name = "";
    while (reader.more) {
      const tag = reader.tag();
      if (tag === SCOPE_NAME) name = stringHere(reader, this.#strings);
      else reader.skip(tag);
    }
    reader.leave(outer);
    return name;
  }

  #span(resource: AttributeValues): void {
    const reader = this.#reader;
    const outer = reader.enter();
    this.#draft.reset();
    while (reader.more) this.#spanField(reader.tag());
    reader.leave(outer);
    this.#batch.add(this.#draft, resource);
  }

  #spanField(tag: number): void {
    const reader = this.#reader;
    const draft = this.#draft;
    switch (tag) {
      case SPAN_TRACE_ID:
        draft.traceId = this.#id(this.#traceIds);
        return;
      case SPAN_SPAN_ID:
        draft.spanId = this.#id(this.#spanIds);
        return;
      case SPAN_PARENT_SPAN_ID:
        this.#parent();
        return;
      case SPAN_NAME:
        draft.name = stringHere(reader, this.#strings);
        return;
      case SPAN_KIND:
        draft.setKind(reader.int64());
        return;
      case SPAN_START:
        reader.fixed64();
        draft.start.setHalves(reader.low, reader.high);
        return;
      case SPAN_END:
        reader.fixed64();
        draft.end.setHalves(reader.low, reader.high);
        return;
      case SPAN_ATTRIBUTE:
        attributeFromProtobuf(reader, this.#strings, draft.attributes, SPAN_ATTRIBUTES);
        return;
      case SPAN_EVENT:
        this.#event();
        return;
      case SPAN_STATUS:
        this.#status();
        return;
      default:
        reader.skip(tag);
    }
  }

  #id(memo: IdMemo): string | undefined {
    const reader = this.#reader;
    const size = reader.length();
    reader.pos += size;
    return memo.text(reader.pos - size, reader.pos);
  }

  #parent(): void {
    const reader = this.#reader;
    const size = reader.length();
    reader.pos += size;
    this.#draft.parentBroken = size !== 0 && size !== 8;
    this.#draft.parentSpanId = this.#parentIds.text(reader.pos - size, reader.pos);
  }

  #event(): void {
    const reader = this.#reader;
    const outer = reader.enter();
    let isException = false;
    const attributes = new AttributeValues();
    while (reader.more) {
      const tag = reader.tag();
      if (tag === EVENT_NAME) isException = keyHere(reader, EVENT_NAMES) !== undefined;
      else if (tag === EVENT_ATTRIBUTE)
        attributeFromProtobuf(reader, this.#strings, attributes, EVENT_KEYS);
      else reader.skip(tag);
    }
    reader.leave(outer);
    if (isException) this.#draft.setException(attributes["exception.type"]);
  }

  #status(): void {
    const reader = this.#reader;
    const outer = reader.enter();
    while (reader.more) {
      const tag = reader.tag();
      if (tag === STATUS_CODE) this.#draft.failed = reader.int64() === STATUS_CODE_ERROR;
      else reader.skip(tag);
    }
    reader.leave(outer);
  }
}
