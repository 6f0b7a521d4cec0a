import { performance } from "node:perf_hooks";

/** Stops what was scheduled. Does nothing once it has run. */
export type Cancel = () => void;

/** Time as the hook sees it. Tests drive their own. */
export interface Clock {
  /** Milliseconds since the epoch on a clock that never runs back. */
  readonly now: () => number;
  /**
   * Runs `task` once after `delayMs`. Only with `keepAlive` does the timer keep the process running: it is for a wait that
   * the application itself asked for, never for our own upkeep.
   */
  readonly schedule: (task: () => void, delayMs: number, keepAlive?: boolean) => Cancel;
}

/** Read once: it never changes, and its getter costs more than the clock itself. */
const ORIGIN_MS = performance.timeOrigin;

/** Longest delay that a Node timer takes; a longer one would fire at once. */
const DELAY_MS_MAX = 2_147_483_647;

/**
 * Milliseconds since the epoch: aligned with the wall clock once, at the start of the process, and monotonic from there.
 * The one place in the SDK that reads a clock.
 */
export function nowMs(): number {
  return ORIGIN_MS + performance.now();
}

export const systemClock: Clock = { now: nowMs, schedule };

function schedule(task: () => void, delayMs: number, keepAlive = false): Cancel {
  const timer = setTimeout(task, Math.min(Math.max(delayMs, 0), DELAY_MS_MAX));
  if (!keepAlive) timer.unref();
  return () => clearTimeout(timer);
}
