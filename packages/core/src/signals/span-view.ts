/** OpenTelemetry JS' own numbers; OTLP's are one higher. */
export type SpanKind = 0 | 1 | 2 | 3 | 4;

export const SPAN_KIND = { internal: 0, server: 1, client: 2, producer: 3, consumer: 4 } as const;

/**
 * What derivation reads of a span, whatever it came from: a live span of any SDK line, or one decoded from OTLP.
 *
 * `attributes` and `resource` may be the user's own bags, so they hold content: they are only ever indexed with keys
 * of the allow-list, never iterated, copied or serialised.
 */
export interface SpanView {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly kind: SpanKind;
  /** Used as a key only where the instrumentation scope is known to put no ids in it. */
  readonly name: string;
  readonly scope: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  /** Status code ERROR. The status message is content and has no field here. */
  readonly failed: boolean;
  /** Type of an exception event, where there was one: some instrumentations record nothing else of a failure. */
  readonly exceptionType: string | undefined;
  /** Only of a span that has ended. Milliseconds, from the span's own high-resolution duration. */
  readonly durationMs: number | undefined;
}

/** A span that came whole, after the fact. `startMs` is the sender's clock: only differences within a trace are used. */
export interface FinishedSpanView extends SpanView {
  readonly startMs: number;
  readonly durationMs: number;
}
