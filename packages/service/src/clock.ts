import { performance } from "node:perf_hooks";

/**
 * Milliseconds since the epoch on a clock that never runs back: aligned with the wall clock once, at the start of the
 * process, and monotonic from there. The one place where the service reads a clock; everything else is told.
 */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
