import { SPAN_KIND, type SpanKind, type SpanView } from "@headway/core/signals";
import type { OtelReadableSpan } from "./otel-types.ts";

const STATUS_ERROR = 2;
const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({});

/**
 * A span of OpenTelemetry JS as derivation reads it. Reads through to the span, as much of it comes late: a name that is
 * updated, attributes that are set at the end.
 */
export class LiveSpan implements SpanView {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly kind: SpanKind;
  readonly scope: string;
  readonly #span: OtelReadableSpan;

  constructor(span: OtelReadableSpan) {
    const { traceId, spanId } = span.spanContext();
    this.traceId = traceId;
    this.spanId = spanId;
    this.parentSpanId = span.parentSpanContext?.spanId ?? span.parentSpanId;
    this.kind = kindOf(span.kind);
    this.scope = span.instrumentationScope?.name ?? span.instrumentationLibrary?.name ?? "";
    this.#span = span;
  }

  get name(): string {
    return this.#span.name;
  }

  get attributes(): Readonly<Record<string, unknown>> {
    return this.#span.attributes;
  }

  get resource(): Readonly<Record<string, unknown>> {
    const { resource } = this.#span;
    return resource.asyncAttributesPending === true ? NOTHING : resource.attributes;
  }

  get failed(): boolean {
    return this.#span.status.code === STATUS_ERROR;
  }

  get exceptionType(): string | undefined {
    for (const event of this.#span.events) {
      if (event.name !== "exception") continue;
      const type = event.attributes?.["exception.type"];
      return typeof type === "string" && type !== "" ? type : "_OTHER";
    }
    return undefined;
  }

  get durationMs(): number | undefined {
    const [seconds, nanos] = this.#span.duration;
    return seconds < 0 ? undefined : seconds * 1e3 + nanos / 1e6;
  }
}

function kindOf(kind: number): SpanKind {
  return kind === 1 || kind === 2 || kind === 3 || kind === 4 ? kind : SPAN_KIND.internal;
}
