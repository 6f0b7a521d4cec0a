import type { ThrottleReason } from "../signals/outcome.ts";

/** Spread of those who come back, as a share of the time they waited: the longer the wait, the more have gathered. */
const SPREAD_SHARE = 0.25;
const SPREAD_MS_MIN = 250;
const SPREAD_MS_MAX = 30_000;
/** A provider may ask for a day (a quota's reset); what it asked for longer ago than this is asked again. */
const WAIT_MS_MAX = 3_600_000;

export interface NotBeforeView {
  readonly atMs: number;
  readonly spreadMs: number;
  readonly reason: ThrottleReason;
}

/**
 * One process' Retry-After, shared with the fleet. The latest time asked for wins; a shorter one that comes later does not
 * shorten it, as answers of one limit count down to the same moment.
 */
export class NotBefore {
  #view: NotBeforeView | undefined;

  observe(
    throttles: Readonly<Record<ThrottleReason, number>>,
    retryAfterS: number | undefined,
    nowMs: number,
  ): void {
    if (retryAfterS === undefined || retryAfterS <= 0) return;
    const waitMs = Math.min(retryAfterS * 1_000, WAIT_MS_MAX);
    // A report is up to a window old, and counting from now makes every later one a little later: that is no news.
    if (this.#view && nowMs + waitMs < this.#view.atMs + this.#view.spreadMs) return;
    this.#view = {
      atMs: nowMs + waitMs,
      spreadMs: Math.min(Math.max(waitMs * SPREAD_SHARE, SPREAD_MS_MIN), SPREAD_MS_MAX),
      reason: commonest(throttles),
    };
  }

  /** `undefined` once its time has come. */
  at(nowMs: number): NotBeforeView | undefined {
    if (this.#view && this.#view.atMs <= nowMs) this.#view = undefined;
    return this.#view;
  }

  restore(view: NotBeforeView, nowMs: number): void {
    this.#view = { ...view, atMs: Math.min(view.atMs, nowMs + WAIT_MS_MAX) };
  }
}

function commonest(throttles: Readonly<Record<ThrottleReason, number>>): ThrottleReason {
  if (throttles.quota > 0 && throttles.quota >= throttles.rate) return "quota";
  return throttles.overloaded > throttles.rate ? "overloaded" : "rate";
}
