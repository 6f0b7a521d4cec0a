import type { FinishedSpanView } from "@headway/core/signals";
import type { SpanSink } from "../span-sink.ts";
import type { ResourceFrame, ScopeFrame } from "./frame.ts";
import type { JsonWindow } from "./json-window.ts";
import { KeySet, NONE } from "./key-set.ts";
import { type OtlpAttributes, RESOURCE_ATTRIBUTES } from "./otlp-attributes.ts";
import type { Mutable } from "./otlp-span.ts";
import type { SpanText } from "./span-text.ts";

const ATTRIBUTES = new KeySet(["attributes"]);
const NAME = new KeySet(["name"]);
/** With more, they go without what they wait for: memory is bounded, whatever a writer does. */
const HELD_MAX = 50_000;

export interface HeldSpansOptions {
  readonly window: JsonWindow;
  readonly sink: SpanSink;
  readonly text: SpanText;
  readonly attributes: OtlpAttributes;
}

/** Nearly all writers put a resource and a scope before their spans. Where one does not, the spans wait here until both are known. */
export class HeldSpans {
  readonly #window: JsonWindow;
  readonly #sink: SpanSink;
  readonly #text: SpanText;
  readonly #attributes: OtlpAttributes;

  constructor({ window, sink, text, attributes }: HeldSpansOptions) {
    this.#window = window;
    this.#sink = sink;
    this.#text = text;
    this.#attributes = attributes;
  }

  add(span: Mutable<FinishedSpanView>, scope: ScopeFrame): void {
    const { above } = scope;
    if (above.isResourceKnown && scope.isScopeKnown) {
      this.#sink.add(span);
      return;
    }
    above.held.push(span);
    if (above.held.length >= HELD_MAX) this.release(above);
  }

  /** Fills the bag that the spans hold already. */
  readResource(frame: ResourceFrame): void {
    const window = this.#window;
    if (window.openObject())
      while (window.nextKey()) {
        if (window.which(ATTRIBUTES) === NONE) window.skip();
        else this.#attributes.read(frame.resource, RESOURCE_ATTRIBUTES);
      }
    frame.isResourceKnown = true;
    this.release(frame);
  }

  readScope(frame: ScopeFrame): void {
    const window = this.#window;
    let name = "";
    if (window.openObject())
      while (window.nextKey()) {
        if (window.which(NAME) === NONE) window.skip();
        else name = this.#text.string() ?? "";
      }
    frame.scope = name;
    frame.isScopeKnown = true;
    const { held } = frame.above;
    for (let i = frame.heldFrom; i < held.length; i += 1) held[i]!.scope = name;
  }

  release({ held }: ResourceFrame): void {
    if (held.length === 0) return;
    for (const span of held) this.#sink.add(span);
    held.length = 0;
  }
}
