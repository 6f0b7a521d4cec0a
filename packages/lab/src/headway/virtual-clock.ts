import type { Clock } from "@headway/sdk/gate";
import type { EventQueue } from "../simulation/event-queue.ts";

/**
 * Milliseconds since the epoch at the start of a run, 2026-01-01: a mistake that takes no time for a small one then shows. Up to 2039
 * doubles of this size have the same spacing, so a clock that is off by whole milliseconds rounds to the same durations.
 */
export const ORIGIN_MS = 1_767_225_600_000;

/** The hook's clock over virtual time, off by `skewMs`. */
export class VirtualClock implements Clock {
  /** What virtual time must be moved by to be this clock's. */
  readonly offsetMs: number;
  readonly #events: EventQueue;

  constructor(events: EventQueue, skewMs = 0) {
    this.#events = events;
    this.offsetMs = ORIGIN_MS + skewMs;
  }

  readonly now = (): number => this.#events.nowMs + this.offsetMs;

  readonly schedule = (task: () => void, delayMs: number): (() => void) => {
    const planned = this.#events.after(Math.max(0, delayMs), task);
    return () => this.#events.cancel(planned);
  };
}
