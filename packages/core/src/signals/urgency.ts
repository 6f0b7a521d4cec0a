import type { DependencyCell } from "./dependency-cell.ts";
import type { OpenWork } from "./open-attempts.ts";
import { Overdue } from "./overdue.ts";
import type { SignalWindow } from "./signal-window.ts";

/** Fewer failures than this in one window are no turn: anything fails now and then. */
const FAILED_MIN = 3;

/** As many times the recent rate of failures as make a window a turn for the worse. */
const FAILED_FACTOR = 3;

/** A throttle is news if there were fewer than this a second lately: the first one suffices to act on. */
const THROTTLED_RATE_NEWS = 0.1;

/** Early reports come no closer than this, so that a storm does not make one of reports. */
const SPACING_MS = 100;

/** Looking through all that is open costs by how much that is, and whatever fails asks. */
const LOOK_MS = 100;

/** While calls wait for a place the service decides who is next: it is told this often who waits and where a place got free. */
const WAITING_MS = 250;

/** Says when a window has turned bad. `look` is called after every end, so it only ever looks at one dependency's numbers. `isUrgent` may be asked as often. */
export class Urgency {
  readonly #overdue = new Overdue();
  #hasTurned = false;
  #takenMs = Number.NEGATIVE_INFINITY;
  #lookedMs = Number.NEGATIVE_INFINITY;

  turned(): void {
    this.#hasTurned = true;
  }

  look({ failed, failedRate, throttled, throttledRate }: DependencyCell): void {
    if (this.#hasTurned) return;
    if (throttled > 0 && throttledRate < THROTTLED_RATE_NEWS) this.#hasTurned = true;
    else if (failed >= FAILED_MIN && failed > FAILED_FACTOR * failedRate) this.#hasTurned = true;
  }

  isUrgent(window: SignalWindow, work: OpenWork, nowMs: number): boolean {
    const sinceMs = nowMs - this.#takenMs;
    if (sinceMs < SPACING_MS) return false;
    if (this.#hasTurned || (sinceMs >= WAITING_MS && window.hasWaiting)) return true;
    if (nowMs - this.#lookedMs < LOOK_MS) return false;
    this.#lookedMs = nowMs;
    this.#hasTurned = this.#overdue.look(work, (dependency) => window.knownCell(dependency), nowMs);
    return this.#hasTurned;
  }

  taken(window: SignalWindow, nowMs: number): void {
    this.#overdue.sweep((dependency) => window.knownCell(dependency));
    this.#hasTurned = false;
    this.#takenMs = nowMs;
  }
}
