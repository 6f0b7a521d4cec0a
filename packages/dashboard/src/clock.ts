/** The one place that reads the page's clocks. */

/** Monotonic: for durations on this page. */
export function nowMs(): number {
  return performance.now();
}
