import type { SignalReport } from "@headway/core/signals";

/** The least between two ticks, when something is urgent. */
export const EARLY_TICK_MS = 100;
/** Timers alone shorten a window by far less. */
const EARLY_PART = 0.9;

/** Its process flushed it early: it covers less than a whole interval. */
export function isEarly({ windowMs }: Pick<SignalReport, "windowMs">, tickMs: number): boolean {
  return windowMs < tickMs * EARLY_PART;
}
