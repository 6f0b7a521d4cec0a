/**
 * OpenTelemetry as this process has it, without importing it.
 *
 * Every copy of `@opentelemetry/api` 1.x registers what the application set up on one well-known global symbol, and names
 * its context keys with `Symbol.for`; that is how copies of different versions find each other. Reading it there needs no
 * dependency, costs a property lookup, and cannot pick a copy of the API that is silently a no-op because the application
 * registered an older one.
 */
export interface OtelContext {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): OtelContext;
}

/** The part of an active span that Headway writes to. */
export interface OtelSpan {
  setAttribute(key: string, value: string | number | boolean): unknown;
}

export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

interface ContextManager {
  active(): OtelContext;
  with<T>(context: OtelContext, fn: () => T): T;
}

const API = Symbol.for("opentelemetry.js.api.1");
const SPAN = Symbol.for("OpenTelemetry Context Key SPAN");
/** A span that is not recorded outside any trace has this. */
const INVALID_SPAN_ID = "0000000000000000";

/** The context that is active now; undefined where no OpenTelemetry context manager is registered. */
export function activeContext(): OtelContext | undefined {
  return contextManager()?.active();
}

/** The span that is active now, if any. */
export function activeSpan(): OtelSpan | undefined {
  const span = activeContext()?.getValue(SPAN);
  return isSpan(span) ? span : undefined;
}

/** Ids of the span that is active now, if any and if it has some. */
export function activeSpanIds(): SpanIds | undefined {
  const span = activeContext()?.getValue(SPAN);
  const ids = hasSpanContext(span) ? span.spanContext() : undefined;
  return ids === undefined || ids.spanId === INVALID_SPAN_ID ? undefined : ids;
}

/** Runs `fn` with one more value in the active context; just runs it where there is no OpenTelemetry. */
export function withContextValue<T>(key: symbol, value: unknown, fn: () => T): T {
  const manager = contextManager();
  return manager === undefined ? fn() : manager.with(manager.active().setValue(key, value), fn);
}

/** On the path of every call, so a plain property access: `Reflect.get` costs ten times as much. */
const globals: { readonly [key: symbol]: unknown } = globalThis;
let known: ContextManager | undefined;

function contextManager(): ContextManager | undefined {
  const api = globals[API];
  if (typeof api !== "object" || api === null) return undefined;
  // The application may register its manager late, or another one: only the same one need not be looked at again.
  const manager: unknown = Reflect.get(api, "context");
  if (known !== undefined && known === manager) return known;
  if (!isContextManager(manager)) return undefined;
  known = manager;
  return manager;
}

function isContextManager(value: unknown): value is ContextManager {
  return hasMethod(value, "active") && hasMethod(value, "with");
}

function isSpan(value: unknown): value is OtelSpan {
  return hasMethod(value, "setAttribute");
}

function hasSpanContext(value: unknown): value is { spanContext(): SpanIds } {
  return hasMethod(value, "spanContext");
}

function hasMethod(value: unknown, name: string): boolean {
  return (
    typeof value === "object" && value !== null && typeof Reflect.get(value, name) === "function"
  );
}
