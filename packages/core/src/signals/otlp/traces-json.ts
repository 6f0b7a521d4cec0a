import { ATTRIBUTE_LENGTH_MAX } from "../attribute-reader.ts";
import { AttributeValues } from "./attribute-values.ts";
import { ByteKeys } from "./byte-keys.ts";
import { hexFromText } from "./hex-id.ts";
import { JsonCursor } from "./json-cursor.ts";
import { type Envelope, walkEnvelope } from "./json-envelope.ts";
import { attributeFromJson } from "./json-attributes.ts";
import { type SpanBatch, SpanDraft } from "./span-draft.ts";
import { EVENT_KEYS, EVENT_NAMES, RESOURCE_ATTRIBUTES, SPAN_ATTRIBUTES } from "./trace-keys.ts";

const ENVELOPE: Envelope = {
  request: new ByteKeys(["resourceSpans"]),
  scopes: new ByteKeys(["scopeSpans"]),
  resourceAttributes: RESOURCE_ATTRIBUTES,
};
const SCOPE_SPANS = new ByteKeys(["scope", "spans"]);
const SCOPE = new ByteKeys(["name"]);
const SPAN = new ByteKeys([
  "traceId",
  "spanId",
  "parentSpanId",
  "name",
  "kind",
  "startTimeUnixNano",
  "endTimeUnixNano",
  "attributes",
  "events",
  "status",
]);
const EVENT = new ByteKeys(["name", "attributes"]);
const STATUS = new ByteKeys(["code"]);
const STATUS_CODES = new ByteKeys(["STATUS_CODE_ERROR"]);
const STATUS_CODE_ERROR = 2;
const KIND_NAMES = [
  "SPAN_KIND_UNSPECIFIED",
  "SPAN_KIND_INTERNAL",
  "SPAN_KIND_SERVER",
  "SPAN_KIND_CLIENT",
  "SPAN_KIND_PRODUCER",
  "SPAN_KIND_CONSUMER",
];
const KINDS = new ByteKeys(KIND_NAMES);

/** Walks the JSON form of an ExportTraceServiceRequest: lowerCamelCase keys, hexadecimal ids. */
export function walkTraceJson(body: Uint8Array, batch: SpanBatch): void {
  new TraceWalk(body, batch).request();
}

class TraceWalk {
  readonly #cursor: JsonCursor;
  readonly #batch: SpanBatch;
  readonly #draft = new SpanDraft();

  constructor(body: Uint8Array, batch: SpanBatch) {
    this.#cursor = new JsonCursor(body);
    this.#batch = batch;
  }

  request(): void {
    walkEnvelope(this.#cursor, ENVELOPE, { scope: (resource) => this.#scopeSpans(resource) });
  }

  #scopeSpans(resource: AttributeValues): void {
    const cursor = this.#cursor;
    const first = this.#batch.spans.length;
    let scope = "";
    if (!cursor.openObject()) return;
    while (cursor.nextKey()) {
      const key = cursor.key(SCOPE_SPANS);
      if (key === "scope") scope = this.#scope();
      else if (key === "spans") cursor.each(() => this.#span(resource));
      else cursor.skip();
    }
    this.#batch.nameScope(first, scope);
  }

  #scope(): string {
    const cursor = this.#cursor;
    let name = "";
    if (!cursor.openObject()) return name;
    while (cursor.nextKey()) {
      if (cursor.key(SCOPE) === undefined) cursor.skip();
      else name = cursor.string(ATTRIBUTE_LENGTH_MAX) ?? "";
    }
    return name;
  }

  #span(resource: AttributeValues): void {
    const cursor = this.#cursor;
    this.#draft.reset();
    if (cursor.openObject()) while (cursor.nextKey()) this.#spanField();
    this.#batch.add(this.#draft, resource);
  }

  #spanField(): void {
    const cursor = this.#cursor;
    const draft = this.#draft;
    switch (cursor.key(SPAN)) {
      case "traceId":
        draft.traceId = this.#id(32);
        return;
      case "spanId":
        draft.spanId = this.#id(16);
        return;
      case "parentSpanId":
        this.#parent();
        return;
      case "name":
        draft.name = cursor.string(ATTRIBUTE_LENGTH_MAX) ?? "";
        return;
      case "kind":
        draft.setKind(this.#kind());
        return;
      case "startTimeUnixNano":
        draft.start.setDigits(cursor.bytes, cursor.numberText());
        return;
      case "endTimeUnixNano":
        draft.end.setDigits(cursor.bytes, cursor.numberText());
        return;
      case "attributes":
        cursor.each(() => attributeFromJson(cursor, draft.attributes, SPAN_ATTRIBUTES));
        return;
      case "events":
        cursor.each(() => this.#event());
        return;
      case "status":
        this.#status();
        return;
      case undefined:
        cursor.skip();
    }
  }

  #id(digits: number): string | undefined {
    const cursor = this.#cursor;
    if (!cursor.isString()) return cursor.skip();
    const { start, end } = cursor.text();
    return end - start === digits ? hexFromText(cursor.bytes, start, end) : undefined;
  }

  /** All zero is a way of saying that there is none, as is nothing. */
  #parent(): void {
    const cursor = this.#cursor;
    const parent = cursor.string(17) ?? "";
    this.#draft.parentBroken = parent !== "" && !/^[0-9a-f]{16}$/i.test(parent);
    this.#draft.parentSpanId =
      parent === "" || /^0+$/.test(parent) ? undefined : parent.toLowerCase();
  }

  #kind(): number {
    const cursor = this.#cursor;
    if (!cursor.isString()) return cursor.number() ?? 0;
    const name = cursor.keyword(KINDS);
    return name === undefined ? 0 : KIND_NAMES.indexOf(name);
  }

  #event(): void {
    const cursor = this.#cursor;
    const attributes = new AttributeValues();
    let isException = false;
    if (!cursor.openObject()) return;
    while (cursor.nextKey()) {
      const key = cursor.key(EVENT);
      if (key === "name") isException = cursor.keyword(EVENT_NAMES) !== undefined;
      else if (key === "attributes")
        cursor.each(() => attributeFromJson(cursor, attributes, EVENT_KEYS));
      else cursor.skip();
    }
    if (isException) this.#draft.setException(attributes["exception.type"]);
  }

  #status(): void {
    const cursor = this.#cursor;
    if (!cursor.openObject()) return;
    while (cursor.nextKey()) {
      if (cursor.key(STATUS) === undefined) cursor.skip();
      else if (cursor.isString()) this.#draft.failed = cursor.keyword(STATUS_CODES) !== undefined;
      else this.#draft.failed = cursor.number() === STATUS_CODE_ERROR;
    }
  }
}
