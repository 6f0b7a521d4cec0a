import type { FinishedSpanView, SpanKind } from "../span-view.ts";
import { type AttributeValue, AttributeValues } from "./attribute-values.ts";
import { Nanos } from "./nanos.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What one span's fields have told so far; one draft serves all spans of a body in turn. */
export class SpanDraft {
  traceId: string | undefined;
  spanId: string | undefined;
  parentSpanId: string | undefined;
  parentBroken = false;
  kind: SpanKind = 0;
  name = "";
  failed = false;
  exceptionType: string | undefined;
  attributes = new AttributeValues();
  readonly start = new Nanos();
  readonly end = new Nanos();

  reset(): void {
    this.traceId = undefined;
    this.spanId = undefined;
    this.parentSpanId = undefined;
    this.parentBroken = false;
    this.kind = 0;
    this.name = "";
    this.failed = false;
    this.exceptionType = undefined;
    this.attributes = new AttributeValues();
    this.start.clear();
    this.end.clear();
  }

  /** The first exception counts: later ones tend to come of it. Without a type it is still known that there was one. */
  setException(type: AttributeValue | undefined): void {
    this.exceptionType ??= typeof type === "string" && type !== "" ? type : "_OTHER";
  }

  /** OTLP's kinds are one higher than OTel JS' own; unspecified and unknown ones mean internal. */
  setKind(otlp: number): void {
    this.kind = otlp === 2 ? 1 : otlp === 3 ? 2 : otlp === 4 ? 3 : otlp === 5 ? 4 : 0;
  }
}

/** The spans of one body, as they come out of either format: what a span must be to be kept is decided here, once. */
export class SpanBatch {
  readonly spans: Mutable<FinishedSpanView>[] = [];
  rejected = 0;
  message = "";
  readonly #spansMax: number;

  constructor(spansMax: number) {
    this.#spansMax = spansMax;
  }

  add(draft: SpanDraft, resource: AttributeValues): void {
    const { traceId, spanId, start, end } = draft;
    const durationMs = end.msSince(start);
    if (traceId === undefined) this.#reject("traceId must be 16 bytes, not all zero");
    else if (spanId === undefined) this.#reject("spanId must be 8 bytes, not all zero");
    else if (draft.parentBroken) this.#reject("parentSpanId must be 8 bytes, or empty");
    else if (!start.isSet || !end.isSet)
      this.#reject("startTimeUnixNano and endTimeUnixNano must be set");
    else if (durationMs < 0) this.#reject("endTimeUnixNano must be at least startTimeUnixNano");
    else if (this.spans.length >= this.#spansMax)
      this.#reject(`a request must hold at most ${this.#spansMax} spans`);
    else {
      this.spans.push({
        traceId,
        spanId,
        parentSpanId: draft.parentSpanId,
        kind: draft.kind,
        name: draft.name,
        scope: "",
        attributes: draft.attributes,
        resource,
        failed: draft.failed,
        exceptionType: draft.exceptionType,
        durationMs,
        startMs: start.toMs(),
      });
    }
  }

  /** A scope may be named after its spans. */
  nameScope(from: number, scope: string): void {
    for (let i = from; i < this.spans.length; i += 1) this.spans[i]!.scope = scope;
  }

  /** The first reason stands for all. */
  #reject(reason: string): void {
    this.rejected += 1;
    if (this.rejected === 1) this.message = reason;
  }
}
