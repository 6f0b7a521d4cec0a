import type { OtelSpanProcessor } from "./otel-types.ts";

const API = Symbol.for("opentelemetry.js.api.1");

/**
 * Adds a processor to the tracer provider that is registered already; for a process whose set-up is not yours to change.
 * False where there is none or its insides are not as expected, and then nothing was changed.
 *
 * SDK 1 has a method for it. SDK 2 and 3 have none: their private list of processors is appended to, which no promise of
 * theirs covers. Prefer `headwaySpanProcessors` where you can.
 */
export function attachToGlobalProvider(processor: OtelSpanProcessor): boolean {
  try {
    const provider = globalProvider();
    return addByMethod(provider, processor) || addToList(provider, processor);
  } catch {
    return false;
  }
}

/** The provider that was registered, not the API's stand-in for one that may come. */
function globalProvider(): unknown {
  const provider = property(property(globalThis, API), "trace");
  const getDelegate = property(provider, "getDelegate");
  return typeof getDelegate === "function" ? Reflect.apply(getDelegate, provider, []) : provider;
}

function addByMethod(provider: unknown, processor: OtelSpanProcessor): boolean {
  const add = property(provider, "addSpanProcessor");
  if (typeof add !== "function") return false;
  Reflect.apply(add, provider, [processor]);
  return true;
}

function addToList(provider: unknown, processor: OtelSpanProcessor): boolean {
  const list = property(property(provider, "_activeSpanProcessor"), "_spanProcessors");
  if (!Array.isArray(list) || Object.isFrozen(list)) return false;
  list.push(processor);
  return true;
}

function property(of: unknown, key: PropertyKey): unknown {
  return typeof of === "object" && of !== null ? Reflect.get(of, key) : undefined;
}
