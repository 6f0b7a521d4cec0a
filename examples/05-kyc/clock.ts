/** Milliseconds since the epoch that never run back: all processes of one machine agree on them to well under one. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
