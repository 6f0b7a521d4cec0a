import type { FinishedSpanView, SpanKind } from "@headway/core/signals";
import { AttributeValues } from "./attribute-values.ts";
import type { JsonWindow } from "./json-window.ts";
import { KeySet, NONE } from "./key-set.ts";
import { Nanos } from "./nanos.ts";
import { type OtlpAttributes, SPAN_ATTRIBUTES } from "./otlp-attributes.ts";
import type { SpanText } from "./span-text.ts";

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const FIELDS = [
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
] as const;
const SPAN = new KeySet(FIELDS);
const EVENT = new KeySet(["name", "attributes"]);
const EXCEPTION = new KeySet(["exception"]);
const EXCEPTION_TYPE = new KeySet(["exception.type"]);
const STATUS = new KeySet(["code"]);
const STATUS_ERROR = new KeySet(["STATUS_CODE_ERROR"]);
const KINDS = new KeySet([
  "SPAN_KIND_UNSPECIFIED",
  "SPAN_KIND_INTERNAL",
  "SPAN_KIND_SERVER",
  "SPAN_KIND_CLIENT",
  "SPAN_KIND_PRODUCER",
  "SPAN_KIND_CONSUMER",
]);

/** Reads one span of OTLP's JSON: lowerCamelCase keys in any order, hexadecimal ids (Tempo's: base64), enums by number or name. */
export class OtlpSpan {
  readonly #window: JsonWindow;
  readonly #text: SpanText;
  readonly #attributes: OtlpAttributes;
  readonly #start = new Nanos();
  readonly #end = new Nanos();
  #traceId: string | undefined;
  #spanId: string | undefined;
  #parentSpanId: string | undefined;
  #parentBroken = false;
  #name = "";
  #kind: SpanKind = 0;
  #failed = false;
  #exceptionType: string | undefined;
  #bag = new AttributeValues();

  constructor(window: JsonWindow, text: SpanText, attributes: OtlpAttributes) {
    this.#window = window;
    this.#text = text;
    this.#attributes = attributes;
  }

  /** The span, or in a sentence why it is none. */
  read(
    resource: Readonly<Record<string, unknown>>,
    scope: string,
  ): Mutable<FinishedSpanView> | string {
    const window = this.#window;
    this.#reset();
    if (window.openObject()) while (window.nextKey()) this.#field();
    const durationMs = this.#end.msSince(this.#start);
    if (this.#traceId === undefined) return "a traceId must be 16 bytes, not all zero";
    if (this.#spanId === undefined) return "a spanId must be 8 bytes, not all zero";
    if (this.#parentBroken) return "a parentSpanId must be 8 bytes, or empty";
    if (!this.#start.isSet || !this.#end.isSet) return "a span must have a start and an end";
    if (durationMs < 0) return "a span must end at its start or after it";
    return {
      traceId: this.#traceId,
      spanId: this.#spanId,
      parentSpanId: this.#parentSpanId,
      kind: this.#kind,
      name: this.#name,
      scope,
      attributes: this.#bag,
      resource,
      failed: this.#failed,
      exceptionType: this.#exceptionType,
      durationMs,
      startMs: this.#start.toMs(),
    };
  }

  #reset(): void {
    this.#traceId = undefined;
    this.#spanId = undefined;
    this.#parentSpanId = undefined;
    this.#parentBroken = false;
    this.#name = "";
    this.#kind = 0;
    this.#failed = false;
    this.#exceptionType = undefined;
    this.#bag = new AttributeValues();
    this.#start.clear();
    this.#end.clear();
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
        this.#traceId = this.#text.traceId(false);
        return;
      case "spanId":
        this.#spanId = this.#text.spanId(false);
        return;
      case "parentSpanId":
        this.#parent();
        return;
      case "name":
        this.#name = this.#text.string() ?? "";
        return;
      case "kind":
        this.#kind = this.#kindHere();
        return;
      case "startTimeUnixNano":
        this.#start.read(window);
        return;
      case "endTimeUnixNano":
        this.#end.read(window);
        return;
      case "attributes":
        this.#attributes.read(this.#bag, SPAN_ATTRIBUTES);
        return;
      case "events":
        if (window.openList()) while (window.nextItem()) this.#event();
        return;
      case "status":
        this.#status();
    }
  }

  /** All zero is a way of saying that there is none, as is nothing. */
  #parent(): void {
    const window = this.#window;
    const isString = window.isString();
    this.#parentSpanId = this.#text.spanId(false);
    this.#parentBroken = false;
    if (this.#parentSpanId !== undefined || !isString) return;
    const { bytes, start, stop } = window;
    for (let at = start; at < stop; at += 1) if (bytes[at] !== 0x30) this.#parentBroken = true;
  }

  /** OTLP's kinds are one higher than OTel JS' own; unspecified and unknown ones mean internal. */
  #kindHere(): SpanKind {
    const window = this.#window;
    let kind: number;
    if (window.isString()) {
      window.text();
      kind = window.which(KINDS);
    } else kind = this.#text.number() ?? 0;
    return kind === 2 ? 1 : kind === 3 ? 2 : kind === 4 ? 3 : kind === 5 ? 4 : 0;
  }

  /** Of all events only an exception is looked at, and of it only the type. */
  #event(): void {
    const window = this.#window;
    let isException = false;
    let bag: AttributeValues | undefined;
    if (!window.openObject()) return;
    while (window.nextKey()) {
      const field = window.which(EVENT);
      if (field === NONE) window.skip();
      else if (field === 0) isException = this.#isOneOf(EXCEPTION);
      else this.#attributes.read((bag ??= new AttributeValues()), EXCEPTION_TYPE);
    }
    if (!isException) return;
    const type = bag?.["exception.type"];
    // The first exception counts: later ones tend to come of it. Without a type it is still known that there was one.
    this.#exceptionType ??= typeof type === "string" && type !== "" ? type : "_OTHER";
  }

  #isOneOf(keys: KeySet): boolean {
    const window = this.#window;
    const isString = window.isString();
    window.skip();
    return isString && window.which(keys) !== NONE;
  }

  #status(): void {
    const window = this.#window;
    if (!window.openObject()) return;
    while (window.nextKey()) {
      if (window.which(STATUS) === NONE) window.skip();
      else if (window.isString()) this.#failed = this.#isOneOf(STATUS_ERROR);
      else this.#failed = this.#text.number() === 2;
    }
  }
}
