/**
 * The shape of OpenTelemetry JS' objects as far as Headway touches them, the same for SDK 1.30, 2.x and 3.x. No package of
 * OpenTelemetry is imported: its own compatibility check makes an `@opentelemetry/api` newer than the application's a silent
 * no-op, and no range of versions spans the three lines.
 */
export interface OtelResource {
  readonly attributes: Readonly<Record<string, unknown>>;
  /** While set, reading `attributes` makes SDK 2 and 3 log an error. */
  readonly asyncAttributesPending?: boolean | undefined;
}

export interface OtelSpanContext {
  readonly traceId: string;
  readonly spanId: string;
}

export interface OtelEvent {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

export interface OtelReadableSpan {
  readonly name: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: OtelResource;
  readonly status: { readonly code: number };
  /** Seconds and nanoseconds, of the high-resolution clock; [-1, -1] before the end. */
  readonly duration: readonly [number, number];
  readonly events: readonly OtelEvent[];
  spanContext(): OtelSpanContext;
  /** SDK 2 and 3. */
  readonly parentSpanContext?: OtelSpanContext | undefined;
  readonly instrumentationScope?: { readonly name: string } | undefined;
  /** SDK 1. */
  readonly parentSpanId?: string | undefined;
  readonly instrumentationLibrary?: { readonly name: string } | undefined;
}

/** A span processor of any of the three lines. */
export interface OtelSpanProcessor {
  onStart(span: OtelReadableSpan, parentContext: unknown): void;
  onEnd(span: OtelReadableSpan): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}
