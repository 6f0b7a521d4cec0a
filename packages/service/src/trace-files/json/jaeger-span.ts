import type { FinishedSpanView } from "@headway/core/signals";
import { AttributeValues } from "./attribute-values.ts";
import { eachPair } from "./key-value-pairs.ts";
import type { JaegerTrace } from "./jaeger-trace.ts";
import type { JsonWindow } from "./json-window.ts";
import { KeySet, NONE } from "./key-set.ts";
import { RESOURCE_ATTRIBUTES } from "./otlp-attributes.ts";
import type { SpanText } from "./span-text.ts";
import { scalarHere, TagDraft, TAGS } from "./tag-draft.ts";

const FIELDS = [
  "traceID",
  "spanID",
  "parentSpanID",
  "operationName",
  "references",
  "startTime",
  "duration",
  "tags",
  "logs",
  "processID",
  "process",
] as const;
const SPAN = new KeySet(FIELDS);
const REFERENCE = new KeySet(["refType", "traceID", "spanID"]);
const CHILD_OF = new KeySet(["CHILD_OF"]);
const LOG = new KeySet(["fields"]);
const LOG_FIELDS = new KeySet(["event", "exception.type", "error.kind"]);
const FAILURES = new KeySet(["exception", "error"]);
const PROCESS = new KeySet(["serviceName", "tags"]);

/** Reads one span as Jaeger's query API and its page write it: microseconds, tags, references, logs. */
export class JaegerSpan {
  readonly #window: JsonWindow;
  readonly #text: SpanText;
  readonly #tags: TagDraft;
  readonly #readTag = (tag: number): void => this.#tags.read(tag);
  readonly #readLogField = (field: number): void => this.#logField(field);
  #traceId: string | undefined;
  #spanId: string | undefined;
  #parentSpanId: string | undefined;
  #parentTraceId: string | undefined;
  #name = "";
  #startMicros: number | undefined;
  #durationMicros: number | undefined;
  #process: AttributeValues | undefined;
  #exceptionType: string | undefined;
  #isFailure = false;
  #failureType: string | undefined;

  constructor(window: JsonWindow, text: SpanText) {
    this.#window = window;
    this.#text = text;
    this.#tags = new TagDraft(window, text);
  }

  /** The span, or in a sentence why it is none. */
  read(trace: JaegerTrace): FinishedSpanView | string {
    const window = this.#window;
    this.#reset();
    if (window.openObject()) while (window.nextKey()) this.#field(trace);
    const { attributes, kind, failed, scope } = this.#tags;
    const startMicros = this.#startMicros ?? 0;
    const durationMicros = this.#durationMicros ?? -1;
    if (this.#traceId === undefined) return "a traceID must be at most 32 hexadecimal digits";
    if (this.#spanId === undefined) return "a spanID must be at most 16 hexadecimal digits";
    if (!(startMicros > 0) || !(durationMicros >= 0))
      return "a span must have a startTime and a duration";
    return {
      traceId: this.#traceId,
      spanId: this.#spanId,
      // A reference into another trace is a link.
      parentSpanId: this.#parentTraceId === this.#traceId ? this.#parentSpanId : undefined,
      kind,
      name: this.#name,
      scope,
      attributes,
      resource: this.#process ?? trace.process(""),
      failed,
      exceptionType: this.#exceptionType,
      durationMs: durationMicros / 1000,
      startMs: startMicros / 1000,
    };
  }

  /** Reads what stands under `processes`, for one id, or under `process`. */
  readProcess(into: AttributeValues): void {
    const window = this.#window;
    if (!window.openObject()) return;
    while (window.nextKey()) {
      const field = window.which(PROCESS);
      if (field === NONE) window.skip();
      else if (field === 0) {
        const name = this.#text.string();
        if (name !== undefined) into["service.name"] = name;
      } else {
        eachPair(window, RESOURCE_ATTRIBUTES, (key) => {
          const value = scalarHere(window, this.#text);
          if (value !== undefined) into[RESOURCE_ATTRIBUTES.names[key]!] ??= value;
        });
      }
    }
  }

  #reset(): void {
    this.#tags.reset();
    this.#traceId = undefined;
    this.#spanId = undefined;
    this.#parentSpanId = undefined;
    this.#parentTraceId = undefined;
    this.#name = "";
    this.#startMicros = undefined;
    this.#durationMicros = undefined;
    this.#process = undefined;
    this.#exceptionType = undefined;
  }

  #field(trace: JaegerTrace): void {
    const window = this.#window;
    const field = window.which(SPAN);
    if (field === NONE) {
      window.skip();
      return;
    }
    switch (FIELDS[field]!) {
      case "traceID":
        this.#traceId = this.#text.traceId(true);
        return;
      case "spanID":
        this.#spanId = this.#text.spanId(true);
        return;
      case "parentSpanID":
        // Only of writers older than references.
        this.#oldParent();
        return;
      case "operationName":
        this.#name = this.#text.string() ?? "";
        return;
      case "references":
        this.#references();
        return;
      case "startTime":
        this.#startMicros = this.#text.number();
        return;
      case "duration":
        this.#durationMicros = this.#text.number();
        return;
      case "tags":
        eachPair(window, TAGS, this.#readTag);
        return;
      case "logs":
        if (window.openList()) while (window.nextItem()) this.#log();
        return;
      case "processID":
        this.#process = trace.process(this.#text.string() ?? "");
        return;
      case "process":
        this.#ownProcess();
    }
  }

  #oldParent(): void {
    const parent = this.#text.spanId(true);
    if (parent === undefined || this.#parentSpanId !== undefined) return;
    this.#parentSpanId = parent;
    this.#parentTraceId = this.#traceId;
  }

  /** `null` in most answers: then the process is under its id. */
  #ownProcess(): void {
    const process = new AttributeValues();
    this.readProcess(process);
    if (process["service.name"] !== undefined) this.#process = process;
  }

  #references(): void {
    const window = this.#window;
    if (!window.openList()) return;
    while (window.nextItem()) this.#reference();
  }

  /** The first CHILD_OF of the span's own trace is its parent. What it follows from does not wait for it. */
  #reference(): void {
    const window = this.#window;
    let isParent = false;
    let traceId: string | undefined;
    let spanId: string | undefined;
    if (!window.openObject()) return;
    while (window.nextKey()) {
      const field = window.which(REFERENCE);
      if (field === 1) traceId = this.#text.traceId(true);
      else if (field === 2) spanId = this.#text.spanId(true);
      else {
        const isString = window.isString();
        window.skip();
        if (field === 0) isParent = isString && window.which(CHILD_OF) !== NONE;
      }
    }
    const isFound = this.#parentSpanId !== undefined && this.#parentTraceId === this.#traceId;
    if (!isParent || isFound) return;
    this.#parentSpanId = spanId;
    this.#parentTraceId = traceId;
  }

  #log(): void {
    const window = this.#window;
    this.#isFailure = false;
    this.#failureType = undefined;
    if (!window.openObject()) return;
    while (window.nextKey()) {
      if (window.which(LOG) === NONE) window.skip();
      else eachPair(window, LOG_FIELDS, this.#readLogField);
    }
    if (this.#isFailure) this.#exceptionType ??= this.#failureType ?? "_OTHER";
  }

  #logField(field: number): void {
    const window = this.#window;
    if (field === 0) {
      const isString = window.isString();
      window.skip();
      this.#isFailure = isString && window.which(FAILURES) !== NONE;
    } else this.#failureType ??= this.#text.string() || undefined;
  }
}
