import type { AttemptEnd, DependencyFacts } from "./policy.ts";

/** What breakers, throttles and limits count against a dependency. What the caller gave up itself, or its guard refused, is no evidence. */
export function isFailure({ outcome }: AttemptEnd): boolean {
  return outcome === "error" || outcome === "timeout" || outcome === "throttled";
}

/**
 * Given up because the whole call's deadline came, before the time-out that every attempt has: it went too late, and says nothing of
 * the dependency. A central queue by deadline sends many such when it is overloaded, and must not take them for slowness.
 */
export function isCutShort(
  { outcome, latencyMs }: AttemptEnd,
  { timeoutMs }: DependencyFacts,
): boolean {
  return outcome === "timeout" && latencyMs < timeoutMs;
}
