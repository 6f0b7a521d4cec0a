import type { DependencyCell } from "./dependency-cell.ts";

/** Fewer failures than this in one window are no turn: anything fails now and then. */
const FAILED_MIN = 3;

/** As many times the recent rate of failures as make a window a turn for the worse. */
const FAILED_FACTOR = 3;

/** A throttle is news if there were fewer than this a second lately: the first one suffices to act on. */
const THROTTLED_RATE_NEWS = 0.1;

/** Early reports come no closer than this, so that a storm does not make one of reports. */
const SPACING_MS = 100;

/** Says when a window has turned bad. Asked after every end, so it only ever looks at one dependency's numbers. */
export class Urgency {
  #hasTurned = false;
  #takenMs = Number.NEGATIVE_INFINITY;

  turned(): void {
    this.#hasTurned = true;
  }

  look({ failed, failedRate, throttled, throttledRate }: DependencyCell): void {
    if (this.#hasTurned) return;
    if (throttled > 0 && throttledRate < THROTTLED_RATE_NEWS) this.#hasTurned = true;
    else if (failed >= FAILED_MIN && failed > FAILED_FACTOR * failedRate) this.#hasTurned = true;
  }

  isUrgent(nowMs: number): boolean {
    return this.#hasTurned && nowMs - this.#takenMs >= SPACING_MS;
  }

  taken(nowMs: number): void {
    this.#hasTurned = false;
    this.#takenMs = nowMs;
  }
}
