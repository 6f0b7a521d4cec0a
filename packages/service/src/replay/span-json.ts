import { ALLOWED_ATTRIBUTES, ALLOWED_RESOURCE_ATTRIBUTES } from "@headway/core/signals";
import type { FinishedSpanView } from "@headway/core/signals";

/**
 * Spans as OTLP JSON, with what derivation reads of them and nothing else: attributes by the allow-list, no message, no event but
 * the type of an exception. What `decodeTraces` makes of it is what was given, so a recording replays as what was recorded.
 */
export function spansToJson(spans: readonly FinishedSpanView[]): readonly object[] {
  const resources = new Map<FinishedSpanView["resource"], FinishedSpanView[]>();
  for (const span of spans) {
    const known = resources.get(span.resource);
    if (known === undefined) resources.set(span.resource, [span]);
    else known.push(span);
  }
  return [...resources].map(([resource, below]) => ({
    resource: { attributes: attributesToJson(resource, ALLOWED_RESOURCE_ATTRIBUTES) },
    scopeSpans: scopesToJson(below),
  }));
}

/** Neighbours of one scope together: the order of the spans stays. */
function scopesToJson(spans: readonly FinishedSpanView[]): readonly object[] {
  const scopes: { scope: { name: string }; spans: object[] }[] = [];
  for (const span of spans) {
    if (scopes.at(-1)?.scope.name !== span.scope)
      scopes.push({ scope: { name: span.scope }, spans: [] });
    scopes.at(-1)!.spans.push(spanToJson(span));
  }
  return scopes;
}

function spanToJson(span: FinishedSpanView): object {
  const { traceId, spanId, parentSpanId, kind, attributes, failed, exceptionType } = span;
  const start = nanos(span.startMs);
  return {
    traceId,
    spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    name: nameOf(span),
    // OTLP's kinds are one higher.
    kind: kind + 1,
    startTimeUnixNano: start.toString(),
    endTimeUnixNano: (start + nanos(span.durationMs)).toString(),
    attributes: attributesToJson(attributes, ALLOWED_ATTRIBUTES),
    ...(failed && { status: { code: 2 } }),
    ...(exceptionType !== undefined && { events: [exceptionEvent(exceptionType)] }),
  };
}

/** A name may hold ids, or worse. Derivation reads it of two durable engines only, and of others it is not written down. */
function nameOf({ name, scope, attributes }: FinishedSpanView): string {
  const isRead =
    scope.startsWith("@temporalio/interceptor") ||
    attributes["restate.invocation.id"] !== undefined;
  return isRead ? name : "";
}

function exceptionEvent(type: string): object {
  return {
    name: "exception",
    attributes: [{ key: "exception.type", value: { stringValue: type } }],
  };
}

function attributesToJson(
  bag: Readonly<Record<string, unknown>>,
  allowed: readonly string[],
): readonly object[] {
  return allowed.flatMap((key) => {
    const value = valueToJson(bag[key]);
    return value === undefined ? [] : [{ key, value }];
  });
}

function valueToJson(value: unknown): object | undefined {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value !== "number") return undefined;
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** A double holds no nanoseconds since 1970, so whole milliseconds and the rest are taken apart. */
function nanos(ms: number): bigint {
  const whole = Math.floor(ms);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6));
}
