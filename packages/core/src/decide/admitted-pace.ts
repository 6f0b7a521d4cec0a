import type { TickSample } from "./dependency-signals.ts";

export interface AdmittedView {
  /** Attempts in flight at which the dependency began to reject; `undefined` while it does not. */
  readonly bound: number | undefined;
  readonly ratePerSecond: number | undefined;
  readonly isRejecting: boolean;
}

/** A limit that is met now and then, at random peaks, is no reason to hold anyone: a retry is cheap. */
const REJECTED_SHARE_FEW = 0.04;
/** From this share on the fleet is over the limit. Between the two the bound stays where it is. */
const REJECTED_SHARE_MANY = 0.1;
/** With more than this, slots alone do not hold the fleet back: a rejected attempt frees its slot at once. */
const REJECTED_SHARE_FLOOD = 0.2;
/** Room to find out that the limit has risen. */
const PACE_MARGIN = 1.05;
/** Growth of the pace for every second with few rejects. */
const PACE_GROWTH = 1.5;
/** Without many rejects for so long the limit is forgotten. */
const FORGET_MS = 15_000;
const RATE_WINDOW_MS = 2_000;
/** The most that was in flight in so long is what the dependency takes: the reports of one moment are up to a second old. */
const PEAK_WINDOW_MS = 8_000;

interface Slice {
  readonly endMs: number;
  readonly seconds: number;
  readonly good: number;
  readonly rejected: number;
  readonly inFlight: number;
}

/**
 * Follows a dependency that rejects at once (429, RESOURCE_EXHAUSTED) instead of queueing. Such answers are cheap and say
 * exactly where the limit is, so there is no multiplicative backoff: the bound is what was in flight when they began, or
 * (Little's law) what the admitted rate needs; it grows by one for every second without. While many are rejected, starts
 * are paced to the admitted rate too.
 */
export class AdmittedPace {
  #bound: number | undefined;
  #rate: number | undefined;
  #overMs = Number.NEGATIVE_INFINITY;
  #slices: Slice[] = [];

  observe({ nowMs, elapsedMs, flow, gauges }: TickSample, attemptS: number): AdmittedView {
    const { ok, throttled } = flow.outcomes;
    const seconds = elapsedMs / 1_000;
    this.#slices = this.#slices.filter(({ endMs }) => endMs > nowMs - PEAK_WINDOW_MS);
    this.#slices.push({
      endMs: nowMs,
      seconds,
      good: ok,
      rejected: throttled,
      inFlight: gauges.inFlight,
    });
    const { admitted, share } = this.#recent(nowMs);
    if (throttled > 0 && share > REJECTED_SHARE_MANY) this.#meet(nowMs, admitted, attemptS, share);
    else if (nowMs - this.#overMs > FORGET_MS) this.#forget();
    else if (share < REJECTED_SHARE_FEW) this.#grow(seconds);
    return {
      bound: this.#bound,
      ratePerSecond: this.#rate,
      isRejecting: this.#bound !== undefined,
    };
  }

  #meet(nowMs: number, admitted: number, attemptS: number, share: number): void {
    this.#overMs = nowMs;
    const peak = Math.max(...this.#slices.map(({ inFlight }) => inFlight));
    this.#bound = Math.min(
      this.#bound ?? Number.POSITIVE_INFINITY,
      Math.max(peak, admitted * attemptS, 1),
    );
    if (share > REJECTED_SHARE_FLOOD) this.#rate = admitted * PACE_MARGIN + 1;
  }

  #grow(seconds: number): void {
    if (this.#bound !== undefined) this.#bound += seconds;
    if (this.#rate !== undefined) this.#rate *= PACE_GROWTH ** seconds;
  }

  #forget(): void {
    this.#bound = undefined;
    this.#rate = undefined;
  }

  #recent(nowMs: number): { admitted: number; share: number } {
    let [seconds, good, rejected] = [0, 0, 0];
    for (const slice of this.#slices) {
      if (slice.endMs <= nowMs - RATE_WINDOW_MS) continue;
      seconds += slice.seconds;
      good += slice.good;
      rejected += slice.rejected;
    }
    return {
      admitted: good / Math.max(seconds, 0.001),
      share: rejected / Math.max(good + rejected, 1),
    };
  }
}
