import { quantileOf } from "../signals/histogram.ts";
import type { HistogramData } from "../signals/histogram.ts";

/** Stated assumption while no time-out was seen and none is configured: callers wait ten times the usual answer… */
const USUAL_ANSWERS = 10;
/** …and a second at the least. */
const TIMEOUT_S_MIN = 1;
/** Fewer time-outs than this in one window may be one caller's own, shorter, patience. */
const TIMEOUTS_MIN = 3;
/** Weight of a new window against what was learned before. */
const LEARNING = 0.3;

/**
 * How long callers of a dependency wait before they give up: configured, else learned from how long the attempts lasted that
 * timed out, else assumed from how long answers usually take.
 */
export class CallTimeout {
  #learnedS: number | undefined;

  observe(timeouts: number, failed: HistogramData | undefined): void {
    if (timeouts < TIMEOUTS_MIN || !failed || failed.count === 0) return;
    // Errors fail sooner than time-outs do, so time-outs are the upper end of what failed: its middle one.
    const quantile = 1 - Math.min(timeouts / failed.count, 1) / 2;
    const seenS = quantileOf(failed, quantile);
    this.#learnedS =
      this.#learnedS === undefined ? seenS : this.#learnedS + LEARNING * (seenS - this.#learnedS);
  }

  /** Seconds; `undefined` while nothing at all is known. */
  seconds(configuredMs: number | undefined, usualLatencyS: number | undefined): number | undefined {
    if (configuredMs !== undefined) return configuredMs / 1_000;
    if (this.#learnedS !== undefined) return this.#learnedS;
    if (usualLatencyS === undefined) return undefined;
    return Math.max(TIMEOUT_S_MIN, USUAL_ANSWERS * usualLatencyS);
  }

  get learnedS(): number | undefined {
    return this.#learnedS;
  }

  restore(learnedS: number | undefined): void {
    this.#learnedS = learnedS;
  }
}
