import { countAbove } from "../signals/histogram.ts";
import type { HistogramData } from "../signals/histogram.ts";
import type { BoundWindow } from "./bound-window.ts";
import { CONTROL_PARAMETERS } from "./control-parameters.ts";
import type { ControlParameters } from "./control-parameters.ts";
import type { TickSample } from "./dependency-signals.ts";

/** Fewer answers, or attempts in flight, than this say nothing. */
const COUNT_MIN = 5;
const TIMEOUT_SHARE_BAD = 0.05;

interface Usual {
  readonly latencyS: number;
  readonly inFlight: number;
  readonly rate: number;
  readonly oldShare: number;
}

/** Says whether a dependency is slower than usual, from the first evidence of four. */
export class Slowness {
  readonly #parameters: ControlParameters;

  constructor(parameters: ControlParameters = CONTROL_PARAMETERS) {
    this.#parameters = parameters;
  }

  slowOf(flow: TickSample["flow"], usualS: number | undefined): number {
    if (!flow.latency || usualS === undefined) return 0;
    return countAbove(flow.latency, this.#parameters.slowFactor * usualS);
  }

  oldShare(ages: HistogramData | undefined, usualS: number): number {
    if (!ages || ages.count === 0) return 0;
    return countAbove(ages, this.#parameters.oldFactor * usualS) / ages.count;
  }

  isSlow({ flow, gauges }: TickSample, window: BoundWindow, usual: Usual): boolean {
    const { ok, timeout, error } = flow.outcomes;
    if (timeout >= 2 && timeout > TIMEOUT_SHARE_BAD * (ok + timeout + error)) return true;
    if (areSlow(window.last!)) return true;
    if (areSlow({ good: window.sum("good"), slow: window.sum("slow") })) return true;
    return this.#areOld(gauges.ages, usual) || this.#isFilling(gauges.inFlight, window, usual);
  }

  #areOld(ages: HistogramData | undefined, { latencyS, oldShare }: Usual): boolean {
    if (!ages) return false;
    const { oldFactor, oldShare: shareMin, oldTimes } = this.#parameters;
    const old = countAbove(ages, oldFactor * latencyS);
    return old >= COUNT_MIN && old > Math.max(shareMin, oldTimes * oldShare) * ages.count;
  }

  /** More in flight and fewer answers than usual: seen before a single slow answer has come back. */
  #isFilling(inFlight: number, window: BoundWindow, usual: Usual): boolean {
    if (usual.rate < COUNT_MIN) return false;
    // Of a whole second: an early tick has heard of few processes, and few answers are then no sign.
    const rate = Math.min(window.rate(1_000), window.sum("good", 1_000));
    return (
      inFlight > 2 * usual.inFlight &&
      rate < 0.7 * usual.rate &&
      inFlight > 3 * usual.latencyS * rate
    );
  }
}

/** More than half above it: the median is. A slow service has few answers in a second, so the whole window counts too. */
function areSlow({ good, slow }: { readonly good: number; readonly slow: number }): boolean {
  return good >= COUNT_MIN && slow > good / 2;
}
