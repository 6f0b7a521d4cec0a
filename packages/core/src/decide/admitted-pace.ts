import { CONTROL_PARAMETERS } from "./control-parameters.ts";
import type { ControlParameters } from "./control-parameters.ts";
import type { TickSample } from "./dependency-signals.ts";

export interface AdmittedView {
  /** Attempts in flight at which the dependency began to reject; `undefined` while it does not. */
  readonly bound: number | undefined;
  readonly isRejecting: boolean;
}

/** The limit binds for so long after rejects were many; it is remembered for longer. */
const BINDING_MS = 15_000;
/** A fleet that uses less than this share of the bound learns nothing about it. */
const USED_SHARE = 0.8;
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
 * exactly where the limit is, so there is no multiplicative backoff: the bound is what was in flight when they were many. From then on
 * it shrinks while more than a few are rejected, though never below what the admitted rate needs (Little's law), and grows while fewer
 * are and it is used:
 *
 *     dB/dt = -(share - few) B    or    1
 *
 * There is no pace in starts a second beside it: it would keep a slot idle after every answer that came sooner than the mean.
 */
export class AdmittedPace {
  readonly #parameters: ControlParameters;
  #bound: number | undefined;
  #overMs = Number.NEGATIVE_INFINITY;
  #slices: Slice[] = [];

  constructor(parameters: ControlParameters = CONTROL_PARAMETERS) {
    this.#parameters = parameters;
  }

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
    if (throttled > 0 && share > this.#parameters.rejectedShareMany) {
      this.#overMs = nowMs;
      const peak = Math.max(...this.#slices.map(({ inFlight }) => inFlight));
      const carried = Math.max(peak, admitted * attemptS, 1);
      this.#bound = Math.min(this.#bound ?? Number.POSITIVE_INFINITY, carried);
    } else this.#step(share, seconds, { inFlight: gauges.inFlight, carried: admitted * attemptS });
    return { bound: this.#bound, isRejecting: nowMs - this.#overMs <= BINDING_MS };
  }

  #step(
    share: number,
    seconds: number,
    { inFlight, carried }: { inFlight: number; carried: number },
  ): void {
    if (this.#bound === undefined) return;
    const room = this.#parameters.rejectedShareFew - share;
    if (room < 0) this.#bound = Math.max(this.#bound * Math.exp(room * seconds), carried, 1);
    // Room that nobody uses is no room found.
    else if (inFlight >= USED_SHARE * Math.floor(this.#bound)) this.#bound += seconds;
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
