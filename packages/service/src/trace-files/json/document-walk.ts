import type { FinishedSpanView } from "@headway/core/signals";
import type { SpanSink } from "../span-sink.ts";
import {
  type DocumentFrame,
  documentFrame,
  documentsFrame,
  type Frame,
  type JaegerFrame,
  type ResourceFrame,
  resourceFrame,
  type ScopeFrame,
  scopeFrame,
  type SpansFrame,
} from "./frame.ts";
import { HeldSpans } from "./held-spans.ts";
import { JaegerSpan } from "./jaeger-span.ts";
import type { JaegerTrace } from "./jaeger-trace.ts";
import { CLOSE, CLOSE_LIST, type JsonWindow, Malformed, OPEN, OPEN_LIST } from "./json-window.ts";
import { KeySet, NONE } from "./key-set.ts";
import { OtlpAttributes } from "./otlp-attributes.ts";
import { type Mutable, OtlpSpan } from "./otlp-span.ts";
import { SpanText } from "./span-text.ts";
import { ZIPKIN_KEYS, ZipkinSpan } from "./zipkin-span.ts";

const DOCUMENT_KEYS = [
  "resourceSpans",
  // Tempo's name for the same.
  "batches",
  // Wrappers: Jaeger's `/api/v3/traces`, Tempo's `/api/v2/traces`.
  "result",
  "trace",
  "data",
  "traceID",
  "spans",
  "processes",
  "resourceMetrics",
  "resourceLogs",
] as const;
const DOCUMENT = new KeySet(DOCUMENT_KEYS);
const RESOURCE_SPANS = new KeySet([
  "resource",
  "scopeSpans",
  // OTLP before 0.19.
  "instrumentationLibrarySpans",
]);
const SCOPE_SPANS = new KeySet(["scope", "instrumentationLibrary", "spans"]);
/** Of arrays in arrays and wrappers in wrappers; none of the formats has more than three. */
const DEPTH_MAX = 16;

/** What stood open, and where, when a unit of work began. */
interface Unit {
  pos: number;
  line: number;
  isFirst: boolean;
}

/**
 * Walks documents of all formats, one unit at a time: a span, a resource, a key that is not known, or one bracket of what holds
 * those. What is open stands in a stack of frames, so the walk may stop after any unit, and begin one again.
 */
export class DocumentWalk {
  /** Where the work that may be undone begins, and where what it is about begins: behind the comma. */
  readonly #unit: Unit = { pos: 0, line: 1, isFirst: true };
  itemPos = 0;
  itemLine = 1;
  /** What is under way is worth nothing: it may be given up to `RawSkip`. */
  isStranger = false;
  readonly #window: JsonWindow;
  readonly #sink: SpanSink;
  readonly #text: SpanText;
  readonly #otlp: OtlpSpan;
  readonly #held: HeldSpans;
  readonly #jaeger: JaegerSpan;
  readonly #zipkin: ZipkinSpan;
  readonly #frames: Frame[] = [];
  #top: Frame | undefined;

  constructor(window: JsonWindow, sink: SpanSink) {
    this.#window = window;
    this.#sink = sink;
    this.#text = new SpanText(window);
    const attributes = new OtlpAttributes(window, this.#text);
    this.#otlp = new OtlpSpan(window, this.#text, attributes);
    this.#held = new HeldSpans({ window, sink, text: this.#text, attributes });
    this.#jaeger = new JaegerSpan(window, this.#text);
    this.#zipkin = new ZipkinSpan(window, this.#text);
  }

  get isOpen(): boolean {
    return this.#top !== undefined;
  }

  /** Begins the document whose bracket stands here. */
  open(): void {
    this.#begin();
    this.#document();
  }

  /** Does one unit of what is open. */
  step(): void {
    const frame = this.#top!;
    const window = this.#window;
    this.#begin();
    const close = isList(frame) ? CLOSE_LIST : CLOSE;
    if (!window.nextOf(close, frame.isFirst)) {
      this.#close(frame);
      return;
    }
    frame.isFirst = false;
    window.peek();
    this.itemPos = window.pos;
    this.itemLine = window.line;
    if (close === CLOSE) window.key();
    this.#item(frame);
  }

  /** Undoes what the last unit did to the window. */
  rewind(): void {
    this.#window.pos = this.#unit.pos;
    this.#window.line = this.#unit.line;
    if (this.#top !== undefined) this.#top.isFirst = this.#unit.isFirst;
  }

  /** The unit is stepped over by another. */
  passOver(): void {
    this.rewind();
    if (this.#top !== undefined) this.#top.isFirst = false;
    this.isStranger = false;
  }

  /** Gives up what is open; the spans of it that were whole are kept. */
  abandon(): void {
    while (this.#top !== undefined) {
      this.#releaseAll(this.#top);
      this.#pop();
    }
  }

  #begin(): void {
    const window = this.#window;
    const unit = this.#unit;
    unit.pos = window.pos;
    unit.line = window.line;
    unit.isFirst = this.#top?.isFirst ?? true;
    this.itemPos = window.pos;
    this.itemLine = window.line;
    this.isStranger = false;
  }

  #item(frame: Frame): void {
    switch (frame.kind) {
      case "spans":
        this.#otlpSpan(frame);
        return;
      case "jaeger-spans":
        this.#jaegerSpan(frame);
        return;
      case "jaeger-processes":
        this.#jaegerProcess(frame);
        return;
      case "documents":
        this.#document();
        return;
      case "document":
        this.#documentKey(frame);
        return;
      case "resources":
        if (this.#window.openObject()) this.#push(resourceFrame());
        return;
      case "resource":
        this.#resourceKey(frame);
        return;
      case "scopes":
        if (this.#window.openObject()) this.#push(scopeFrame(frame.above));
        return;
      case "scope":
        this.#scopeKey(frame);
    }
  }

  #close(frame: Frame): void {
    this.#releaseAll(frame);
    if (frame.kind === "document" && !frame.isKnown) {
      if (frame.isOther)
        this.#sink.reject("other-signal", "metrics or logs, which are not read", frame.line);
      else this.#sink.reject("not-a-trace", "JSON, but of no format of traces", frame.line);
    }
    this.#pop();
  }

  #releaseAll(frame: Frame): void {
    if (frame.kind === "documents") frame.zipkin.release();
    else if (frame.kind === "document") frame.jaeger.release();
    else if (frame.kind === "resource") this.#held.release(frame);
    else if (frame.kind === "scope" && frame.above.isResourceKnown) this.#held.release(frame.above);
  }

  #push(frame: Frame): void {
    if (this.#frames.length >= DEPTH_MAX) throw new Malformed("too much is nested");
    this.#frames.push(frame);
    this.#top = frame;
  }

  #pop(): void {
    const popped = this.#frames.pop();
    this.#top = this.#frames.at(-1);
    if (popped?.kind === "resources" || this.#top === undefined) this.#window.guard = "none";
  }

  #document(): void {
    const window = this.#window;
    const byte = window.peek();
    if (byte === OPEN_LIST) {
      window.pos += 1;
      this.#push(documentsFrame(this.#sink));
      return;
    }
    if (byte !== OPEN) {
      window.skip();
      this.#sink.reject("not-a-trace", "JSON, but of no format of traces", this.itemLine);
      return;
    }
    const at = window.pos;
    window.pos += 1;
    if (window.peek() === 0x22) {
      window.text();
      if (window.which(ZIPKIN_KEYS) !== NONE) {
        window.pos = at;
        window.line = this.itemLine;
        this.#zipkinSpan();
        return;
      }
      window.pos = at + 1;
      window.line = this.itemLine;
    }
    this.#push(documentFrame(this.#sink, this.itemLine));
  }

  #documentKey(frame: DocumentFrame): void {
    const window = this.#window;
    const key = window.which(DOCUMENT);
    switch (DOCUMENT_KEYS[key]) {
      case "resourceSpans":
      case "batches":
        if (window.openList()) {
          this.#sink.formats.add("otlp-json");
          this.#push({ kind: "resources", isFirst: true });
          window.guard = "request";
        }
        break;
      case "result":
      case "trace":
        this.#wrapper();
        break;
      case "data":
        if (window.openList()) this.#push(documentsFrame(this.#sink));
        break;
      case "traceID":
        window.skip();
        break;
      case "spans":
        this.#pushJaeger("jaeger-spans", window.openList(), frame.jaeger);
        break;
      case "processes":
        this.#pushJaeger("jaeger-processes", window.openObject(), frame.jaeger);
        break;
      case "resourceMetrics":
      case "resourceLogs":
        frame.isOther = true;
        this.#skipStranger();
        return;
      case undefined:
        this.#skipStranger();
        return;
    }
    frame.isKnown = true;
  }

  #wrapper(): void {
    const window = this.#window;
    if (!window.openObject()) return;
    // An answer may be empty, as one without traces is.
    this.#push({ ...documentFrame(this.#sink, this.itemLine), isKnown: true });
  }

  #pushJaeger(kind: JaegerFrame["kind"], isOpen: boolean, jaeger: JaegerTrace): void {
    if (!isOpen) return;
    this.#sink.formats.add("jaeger");
    this.#push({ kind, isFirst: true, jaeger });
  }

  #resourceKey(frame: ResourceFrame): void {
    const window = this.#window;
    const key = window.which(RESOURCE_SPANS);
    if (key === NONE) this.#skipStranger();
    else if (key !== 0) {
      if (window.openList()) this.#push({ kind: "scopes", isFirst: true, above: frame });
    } else {
      this.#held.readResource(frame);
    }
  }

  #scopeKey(frame: ScopeFrame): void {
    const window = this.#window;
    const key = window.which(SCOPE_SPANS);
    if (key === NONE) this.#skipStranger();
    else if (key === 2) {
      if (window.openList()) this.#push({ kind: "spans", isFirst: true, above: frame });
    } else this.#held.readScope(frame);
  }

  #otlpSpan({ above }: SpansFrame): void {
    let read: Mutable<FinishedSpanView> | string;
    try {
      read = this.#otlp.read(above.above.resource, above.scope);
    } catch (error) {
      read = this.#stepOver(error);
    }
    if (typeof read === "string") this.#broken(read);
    else this.#held.add(read, above);
  }

  #jaegerSpan({ jaeger }: JaegerFrame): void {
    let read: FinishedSpanView | string;
    try {
      read = this.#jaeger.read(jaeger);
    } catch (error) {
      read = this.#stepOver(error);
    }
    if (typeof read === "string") this.#broken(read);
    else jaeger.add(read);
  }

  #jaegerProcess({ jaeger }: JaegerFrame): void {
    this.#jaeger.readProcess(jaeger.process(this.#text.last()));
  }

  #zipkinSpan(): void {
    const frame = this.#top;
    let read: ReturnType<ZipkinSpan["read"]>;
    try {
      read = this.#zipkin.read();
    } catch (error) {
      // Alone on a line, the rest of the line is given up.
      if (frame === undefined) throw error;
      read = this.#stepOver(error);
    }
    this.#sink.formats.add("zipkin");
    if (typeof read === "string") this.#broken(read);
    else if (frame?.kind === "documents") frame.zipkin.add(read);
    else this.#sink.add(read.span);
  }

  /** A span whose fields have the wrong types, but whose brackets close, costs no more than itself. */
  #stepOver(error: unknown): string {
    if (!(error instanceof Malformed)) throw error;
    const window = this.#window;
    const { guard } = window;
    window.pos = this.itemPos;
    window.line = this.itemLine;
    window.guard = "any";
    try {
      window.skip();
    } finally {
      window.guard = guard;
    }
    return `a span must have fields of the right types: ${error.message}`;
  }

  #broken(message: string): void {
    this.#sink.reject("broken-span", message, this.itemLine);
  }

  #skipStranger(): void {
    this.isStranger = true;
    this.#window.skip();
    this.isStranger = false;
  }
}

function isList({ kind }: Frame): boolean {
  switch (kind) {
    case "documents":
    case "resources":
    case "scopes":
    case "spans":
    case "jaeger-spans":
      return true;
    case "document":
    case "resource":
    case "scope":
    case "jaeger-processes":
      return false;
  }
}
