import { withContextValue } from "./otel-global.ts";

const SUPPRESS_TRACING = Symbol.for("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

/**
 * Runs `fn` so that no instrumentation makes spans of what it does. Headway's own requests go through here: traced, they
 * would be counted as the agent's traffic and each report would cause the next one.
 */
export function suppressTracing<T>(fn: () => T): T {
  return withContextValue(SUPPRESS_TRACING, true, fn);
}
