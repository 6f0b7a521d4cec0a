import { SPAN_KIND, type SpanKind } from "@headway/core/signals";
import { AttributeValues } from "./attribute-values.ts";
import type { JsonWindow } from "./json-window.ts";
import { KeySet, NONE } from "./key-set.ts";
import type { SpanText } from "./span-text.ts";
import { TagDraft, TAGS } from "./tag-draft.ts";
import type { ZipkinSpanRead } from "./zipkin-trace.ts";

const FIELDS = [
  "traceId",
  "id",
  "parentId",
  "kind",
  "name",
  "timestamp",
  "duration",
  "shared",
  "localEndpoint",
  "remoteEndpoint",
  "tags",
] as const;
const SPAN = new KeySet(FIELDS);
const KIND_NAMES = ["SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const KINDS = new KeySet(KIND_NAMES);
const KIND_VALUES: readonly SpanKind[] = [
  SPAN_KIND.server,
  SPAN_KIND.client,
  SPAN_KIND.producer,
  SPAN_KIND.consumer,
];
const ENDPOINT = new KeySet(["serviceName"]);

/** By one of these as its first key, an object is told to be a span of Zipkin's. */
export const ZIPKIN_KEYS = new KeySet([...FIELDS, "debug", "annotations"]);

/** Reads one span of Zipkin's v2 JSON: microseconds, endpoints, tags that are all strings. */
export class ZipkinSpan {
  readonly #window: JsonWindow;
  readonly #text: SpanText;
  readonly #tags: TagDraft;
  /** Spans of one service share their resource. */
  readonly #resources = new Map<string, AttributeValues>();
  #traceId: string | undefined;
  #spanId: string | undefined;
  #parentSpanId: string | undefined;
  #kind: SpanKind | undefined;
  #name = "";
  #startMicros: number | undefined;
  #durationMicros: number | undefined;
  #isShared = false;
  #service = "";
  #peer = "";

  constructor(window: JsonWindow, text: SpanText) {
    this.#window = window;
    this.#text = text;
    this.#tags = new TagDraft(window, text);
  }

  /** The span, or in a sentence why it is none. */
  read(): ZipkinSpanRead | string {
    const window = this.#window;
    this.#reset();
    if (window.openObject()) while (window.nextKey()) this.#field();
    const { attributes, kind, failed, scope } = this.#tags;
    const startMicros = this.#startMicros ?? 0;
    const durationMicros = this.#durationMicros ?? -1;
    if (this.#traceId === undefined) return "a traceId must be at most 32 hexadecimal digits";
    if (this.#spanId === undefined) return "an id must be at most 16 hexadecimal digits";
    if (!(startMicros > 0) || !(durationMicros >= 0))
      return "a span must have a timestamp and a duration";
    if (this.#peer !== "") attributes["peer.service"] ??= this.#peer;
    const span = {
      traceId: this.#traceId,
      spanId: this.#spanId,
      parentSpanId: this.#parentSpanId === this.#spanId ? undefined : this.#parentSpanId,
      kind: this.#kind ?? kind,
      name: this.#name,
      scope,
      attributes,
      resource: this.#resource(),
      failed,
      exceptionType: undefined,
      durationMs: durationMicros / 1000,
      startMs: startMicros / 1000,
    };
    return { span, isShared: this.#isShared, service: this.#service };
  }

  #resource(): AttributeValues {
    const { resource } = this.#tags;
    if (resource !== undefined) {
      if (this.#service !== "") resource["service.name"] ??= this.#service;
      return resource;
    }
    let shared = this.#resources.get(this.#service);
    if (shared === undefined) {
      shared = new AttributeValues();
      if (this.#service !== "") shared["service.name"] = this.#service;
      // A name that is new with every span is no name; memory must not grow with it.
      if (this.#resources.size < 10_000) this.#resources.set(this.#service, shared);
    }
    return shared;
  }

  #reset(): void {
    this.#tags.reset();
    this.#traceId = undefined;
    this.#spanId = undefined;
    this.#parentSpanId = undefined;
    this.#kind = undefined;
    this.#name = "";
    this.#startMicros = undefined;
    this.#durationMicros = undefined;
    this.#isShared = false;
    this.#service = "";
    this.#peer = "";
  }

  #field(): void {
    const window = this.#window;
    const field = window.which(SPAN);
    if (field === NONE) {
      window.skip();
      return;
    }
    switch (FIELDS[field]!) {
      case "traceId":
        this.#traceId = this.#text.traceId(true);
        return;
      case "id":
        this.#spanId = this.#text.spanId(true);
        return;
      case "parentId":
        this.#parentSpanId = this.#text.spanId(true);
        return;
      case "kind":
        this.#kind = this.#kindHere();
        return;
      case "name":
        this.#name = this.#text.string() ?? "";
        return;
      case "timestamp":
        this.#startMicros = this.#text.number();
        return;
      case "duration":
        this.#durationMicros = this.#text.number();
        return;
      case "shared":
        this.#isShared = window.peek() === 0x74;
        window.skip();
        return;
      case "localEndpoint":
        this.#service = this.#endpoint();
        return;
      case "remoteEndpoint":
        this.#peer = this.#endpoint();
        return;
      case "tags":
        if (window.openObject()) while (window.nextKey()) this.#tags.read(window.which(TAGS));
    }
  }

  #kindHere(): SpanKind | undefined {
    const window = this.#window;
    const isString = window.isString();
    window.skip();
    return isString ? KIND_VALUES[window.which(KINDS)] : undefined;
  }

  #endpoint(): string {
    const window = this.#window;
    let name = "";
    if (!window.openObject()) return name;
    while (window.nextKey()) {
      if (window.which(ENDPOINT) === NONE) window.skip();
      else name = this.#text.string() ?? "";
    }
    return name;
  }
}
