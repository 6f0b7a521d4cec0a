import { countAbove } from "../signals/histogram.ts";
import type { HistogramData } from "../signals/histogram.ts";
import type { BoundWindow } from "./bound-window.ts";
import { CONTROL_PARAMETERS } from "./control-parameters.ts";
import type { ControlParameters } from "./control-parameters.ts";
import type { TickSample } from "./dependency-signals.ts";

export interface UsualPace {
  readonly latencyS: number;
  /** By Little's law: attempt-seconds that good answers took, per second. */
  readonly inFlight: number;
  readonly rate: number;
  /** Share of the attempts in flight that are much older than an answer usually takes. */
  readonly oldShare: number;
}

/** `slow`: answers are. `late`: answers are overdue, time out, or fewer come than should: a sign, before anything slow has come back. */
export type SlownessSign = "slow" | "late";

/** Fewer answers, or attempts in flight, than this say nothing. */
const COUNT_MIN = 5;
const TIMEOUT_SHARE_BAD = 0.05;
/** Attempts fare as ever if so large a share of them does… */
const FAST_SHARE = 0.6;
/** …and do so until it is smaller than this. */
const FAST_SHARE_STILL = 0.5;
/** What came back sooner than this may have been sent before. */
const FAST_S_MIN = 0.5;

/** Says whether a dependency is slower than usual. */
export class Slowness {
  readonly #parameters: ControlParameters;

  constructor(parameters: ControlParameters = CONTROL_PARAMETERS) {
    this.#parameters = parameters;
  }

  slowOf(flow: TickSample["flow"], usualS: number | undefined): number {
    if (!flow.latency || usualS === undefined) return 0;
    return countAbove(flow.latency, this.#parameters.slowFactor * usualS);
  }

  oldOf(ages: HistogramData | undefined, usualS: number | undefined): number {
    if (!ages || usualS === undefined) return 0;
    return countAbove(ages, this.#parameters.oldFactor * usualS);
  }

  signOf(
    { flow, gauges }: TickSample,
    window: BoundWindow,
    usual: UsualPace,
  ): SlownessSign | undefined {
    const { ok, timeout, error } = flow.outcomes;
    if (areSlow(window.last!)) return "slow";
    if (areSlow({ good: window.sum("good"), slow: window.sum("slow") })) return "slow";
    const isLate =
      (timeout >= 2 && timeout > TIMEOUT_SHARE_BAD * (ok + timeout + error)) ||
      this.#areOld(gauges.ages, usual) ||
      this.#isFilling(gauges.inFlight, window, usual);
    return isLate ? "late" : undefined;
  }

  /**
   * Most of the attempts whose fate became known in the window came back as fast as ever. Where some hang and the others do not, it is
   * not for want of servers.
   */
  areFast(window: BoundWindow, { latencyS }: UsualPace, wereFast: boolean): boolean {
    const fast = window.sum("good") - window.sum("slow");
    const known = fast + window.sum("late");
    if (wereFast) return fast >= FAST_SHARE_STILL * known;
    const isLongEnough = window.sum("seconds") >= Math.max(latencyS, FAST_S_MIN);
    return isLongEnough && fast >= COUNT_MIN && fast >= FAST_SHARE * known;
  }

  #areOld(ages: HistogramData | undefined, { latencyS, oldShare }: UsualPace): boolean {
    if (!ages) return false;
    const { oldShare: shareMin, oldTimes } = this.#parameters;
    const old = this.oldOf(ages, latencyS);
    return old >= COUNT_MIN && old > Math.max(shareMin, oldTimes * oldShare) * ages.count;
  }

  /** More in flight and fewer answers than usual: seen before a single slow answer has come back. */
  #isFilling(inFlight: number, window: BoundWindow, usual: UsualPace): boolean {
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
