import {
  ALLOWED_ATTRIBUTES,
  ALLOWED_RESOURCE_ATTRIBUTES,
  SPAN_KIND,
  type SpanKind,
} from "@headway/core/signals";
import { type AttributeValue, AttributeValues } from "./attribute-values.ts";
import type { JsonWindow } from "./json-window.ts";
import { KeySet, NONE } from "./key-set.ts";
import type { SpanText } from "./span-text.ts";

/** OpenTracing's names for what the allow-list has under OpenTelemetry's. */
const ALIASES = [
  ["peer.hostname", "net.peer.name"],
  ["peer.port", "net.peer.port"],
  ["db.type", "db.system"],
  ["db.instance", "db.name"],
] as const;

/** How a span of OTel is told in tags (OpenTelemetry specification, "OpenTelemetry to Jaeger" and "to Zipkin"). */
const SPECIAL = [
  "span.kind",
  "error",
  "otel.status_code",
  "otel.scope.name",
  "otel.library.name",
] as const;

const SPECIAL_FROM = ALLOWED_ATTRIBUTES.length;
const ALIAS_FROM = SPECIAL_FROM + SPECIAL.length;
const RESOURCE_FROM = ALIAS_FROM + ALIASES.length;
/** All tags that are read. A key of both lists is taken for the span's. */
export const TAGS = new KeySet([
  ...ALLOWED_ATTRIBUTES,
  ...SPECIAL,
  ...ALIASES.map(([from]) => from),
  ...ALLOWED_RESOURCE_ATTRIBUTES.filter((key) => !ALLOWED_ATTRIBUTES.includes(key)),
]);

const KINDS = new KeySet(Object.keys(SPAN_KIND));
const KIND_VALUES: readonly SpanKind[] = Object.values(SPAN_KIND);
const FALSE = new KeySet(["false"]);
const ERROR = new KeySet(["ERROR"]);

/** What the tags of one span tell, of Jaeger or Zipkin. One draft serves all spans in turn. */
export class TagDraft {
  attributes = new AttributeValues();
  /** Attributes of the resource that stand among the span's, as OTel's exporter for Zipkin writes them. */
  resource: AttributeValues | undefined;
  kind: SpanKind = SPAN_KIND.internal;
  failed = false;
  scope = "";
  readonly #window: JsonWindow;
  readonly #text: SpanText;

  constructor(window: JsonWindow, text: SpanText) {
    this.#window = window;
    this.#text = text;
  }

  reset(): void {
    this.attributes = new AttributeValues();
    this.resource = undefined;
    this.kind = SPAN_KIND.internal;
    this.failed = false;
    this.scope = "";
  }

  /** Reads the value that stands here, of the tag with this place in `TAGS`. */
  read(tag: number): void {
    if (tag === NONE) this.#window.skip();
    else if (tag < SPECIAL_FROM) this.#set(this.attributes, TAGS.names[tag]!);
    else if (tag < ALIAS_FROM) this.#special(SPECIAL[tag - SPECIAL_FROM]!);
    else if (tag < RESOURCE_FROM) this.#alias(ALIASES[tag - ALIAS_FROM]![1]);
    else this.#set((this.resource ??= new AttributeValues()), TAGS.names[tag]!);
  }

  #set(into: AttributeValues, key: string): void {
    const value = scalarHere(this.#window, this.#text);
    if (value !== undefined) into[key] = value;
  }

  /** A name of today goes first, wherever it stands. */
  #alias(key: string): void {
    if (this.attributes[key] === undefined) this.#set(this.attributes, key);
    else this.#window.skip();
  }

  #special(tag: (typeof SPECIAL)[number]): void {
    const window = this.#window;
    switch (tag) {
      case "span.kind":
        this.kind = KIND_VALUES[this.#keyword(KINDS)] ?? this.kind;
        return;
      case "error":
        // Zipkin's is there only where something failed, and what it says is content.
        if (window.isString()) this.failed ||= this.#keyword(FALSE) === NONE;
        else this.failed ||= scalarHere(window, this.#text) === true;
        return;
      case "otel.status_code":
        this.failed ||= this.#keyword(ERROR) !== NONE;
        return;
      case "otel.scope.name":
      case "otel.library.name":
        this.scope = this.#text.string() ?? this.scope;
    }
  }

  #keyword(keys: KeySet): number {
    const window = this.#window;
    const isString = window.isString();
    window.skip();
    return isString ? window.which(keys) : NONE;
  }
}

/** A string, number or boolean as JSON has it; anything else is stepped over. */
export function scalarHere(window: JsonWindow, text: SpanText): AttributeValue | undefined {
  if (window.isString()) return text.string();
  const byte = window.peek();
  if (byte !== 0x74 && byte !== 0x66) return text.number();
  window.skip();
  return byte === 0x74;
}
