import { countAbove, quantileOf } from "../signals/histogram.ts";
import type { TickSample } from "./dependency-signals.ts";

export interface BoundInput {
  readonly sample: TickSample;
  /** Seconds that callers wait for an answer; `undefined` while nothing is known. */
  readonly timeoutS: number | undefined;
}

export interface BoundView {
  /** What the fleet may have in flight, all together; `undefined` while too little is known to bound anything. */
  readonly bound: number | undefined;
  /** Demand is far below the bound, or the fleet grows and answers are as fast as ever: nobody is to be held. */
  readonly isRelaxed: boolean;
  readonly isStrained: boolean;
}

export interface BoundBaseline {
  readonly latencyS: number;
  readonly inFlight: number;
  readonly rate: number;
  readonly ratePeak: number;
  readonly bound: number;
}

interface Slice {
  readonly endMs: number;
  readonly seconds: number;
  readonly good: number;
  /** Of the good ones, those that took more than `SLOW_FACTOR` times as long as usual. */
  readonly slow: number;
  readonly timeouts: number;
  readonly inFlight: number;
}

/**
 * Share of the callers' time-out that an attempt may spend at the dependency; the rest is for the spread of service times.
 * Measured: 0.45 to 0.55 give the same goodput in a slow-down, 0.45 gets a fifth more of the critical workflows done in time.
 */
const TIMEOUT_SHARE = 0.45;
/** Below this share of the bound, demand is no reason to hold anyone. */
const RELAXED_BELOW = 0.6;
/** A bound below this would be a guess: so many attempts at once prove nothing about any dependency. */
const BOUND_MIN_HEALTHY = 16;
/**
 * What it carried when it was well, and half as much again, is never the cause of a queue: at a utilisation of two thirds that
 * is all its servers at work. Measured in a slow-down to a quarter: 1.25 loses 2 % of the good answers, 1.75 1 %.
 */
const FLOOR = 1.5;
/**
 * As many time-outs to an answer prove that more is in flight than can be answered in time: services alone (log-normal, sigma 0.4)
 * make a fifth where their mean is already two thirds of the time-out.
 */
const DYING = 1 / 3;
/**
 * Half-life of the best rate seen in the strain: where most of what is sent dies, the rate of answers understates what could be
 * carried. Measured with a fleet that learned twice too much: 10, 30 and 60 s give 10.8, 11.0 and 10.9 good answers of 16.
 */
const CARRIED_HALF_LIFE_S = 30;
/** More time-outs than answers: what is sent now waits behind what its callers gave up, so less is sent until that is gone. */
const FLOOR_CLOGGED = 0.5;
/** Where there is room and demand, growth for a second. 1.1 to 1.25 make no difference. */
const GROWTH_STRAINED = 1.15;
/** Growth for a second at most, once answers are good again. */
const GROWTH_RECOVERING = 3;
/** Fewer answers than this say nothing of a median. */
const GOOD_MIN = 5;
/** Latency varies by half without any cause that a bound could help. */
const SLOW_FACTOR = 2;
/** Of log-normal answers (sigma 0.5) 0.3 % take four times the median; of those open at a moment, about 2 %. */
const OLD_FACTOR = 4;
const OLD_SHARE = 0.25;
const TIMEOUT_SHARE_BAD = 0.05;
/** Between two waves of slow answers there are seconds of good ones. */
const CALM_AFTER_MS = 3_000;
/** A night is quiet and a morning is not: the bound of the day before should still stand in part. */
const PEAK_HALF_LIFE_S = 600;
const BASELINE_S = 60;
/** Seconds of good answers before anything is bounded: a fleet's first seconds are its start, not its usual. */
const LEARNED_S_MIN = 5;

/**
 * The standing bound on a dependency's attempts in flight, over the whole fleet. By Little's law, at X good answers a
 * second and B in flight an attempt takes W = B / X; held to a share theta of the callers' time-out T,
 *
 *     B = X * theta * T
 *
 * no attempt dies in the dependency's queue. The bound is learned while answers are good, so that a slow-down meets it
 * already standing; while the dependency is strained it follows X down and up again.
 */
export class InFlightBound {
  #slices: Slice[] = [];
  #baseline: BoundBaseline | undefined;
  #bound: number | undefined;
  #learnedS = 0;
  #strainedMs = Number.NEGATIVE_INFINITY;
  /** The most good answers a second in this strain; forgotten slowly. */
  #carried = 0;
  /** As much of the usual in flight as its time-outs leave to be believed. */
  #believed = Number.POSITIVE_INFINITY;

  get baseline(): BoundBaseline | undefined {
    return this.#baseline && { ...this.#baseline, bound: this.#bound ?? this.#baseline.bound };
  }

  restore(baseline: BoundBaseline): void {
    this.#baseline = baseline;
    this.#bound = baseline.bound;
    this.#learnedS = LEARNED_S_MIN;
  }

  get usualLatencyS(): number | undefined {
    return this.#baseline?.latencyS;
  }

  /** Seconds that an attempt takes now, by Little's law; as usual where nothing ends. */
  get attemptS(): number | undefined {
    const { rate, inFlight } = this.#recent();
    return rate > 0 && inFlight > 0 ? inFlight / rate : this.#baseline?.latencyS;
  }

  observe({ sample, timeoutS }: BoundInput): BoundView {
    const { nowMs, elapsedMs, flow, gauges } = sample;
    const seconds = elapsedMs / 1_000;
    const windowMs = 1_000 * Math.min(Math.max(2, 2 * (this.#baseline?.latencyS ?? 0)), 30);
    this.#slices = this.#slices.filter(({ endMs }) => endMs > nowMs - windowMs);
    this.#slices.push({
      endMs: nowMs,
      seconds,
      good: flow.outcomes.ok,
      slow: flow.latency
        ? countAbove(flow.latency, SLOW_FACTOR * (this.#baseline?.latencyS ?? Infinity))
        : 0,
      timeouts: flow.outcomes.timeout,
      inFlight: gauges.inFlight,
    });
    if (this.#isSlow(sample)) {
      // What was answered before the slow-down says nothing of the rate during it.
      if (nowMs - this.#strainedMs >= CALM_AFTER_MS) this.#slices = this.#slices.slice(-1);
      this.#strainedMs = nowMs;
    }
    const isStrained = nowMs - this.#strainedMs < CALM_AFTER_MS;
    if (!isStrained) this.#learn(sample);
    this.#doubt(seconds, isStrained, timeoutS);
    if (!this.#baseline || this.#learnedS < LEARNED_S_MIN || timeoutS === undefined) {
      return { bound: undefined, isRelaxed: true, isStrained: false };
    }
    const demand = gauges.inFlight + gauges.waiting;
    const standing = this.#standing(this.#baseline, timeoutS);
    const bound = this.#bound ?? standing;
    if (isStrained) this.#bound = this.#strainedBound(bound, sample, timeoutS);
    else if (demand < RELAXED_BELOW * bound)
      this.#bound = Math.max(standing, bound * 0.5 ** seconds);
    else this.#bound = this.#grown(bound, standing, seconds, timeoutS);
    return { bound: this.#bound, isRelaxed: demand < RELAXED_BELOW * this.#bound, isStrained };
  }

  #standing({ ratePeak, inFlight }: BoundBaseline, timeoutS: number): number {
    return Math.max(BOUND_MIN_HEALTHY, 2 * inFlight, ratePeak * TIMEOUT_SHARE * timeoutS);
  }

  /** The fleet grows, and answers come as fast as ever: so may the bound, as far as the law allows. */
  #grown(bound: number, standing: number, seconds: number, timeoutS: number): number {
    const law = this.#recent().rate * TIMEOUT_SHARE * timeoutS;
    return Math.max(bound, Math.min(bound * 2 ** Math.min(seconds, 1), Math.max(law, standing)));
  }

  #strainedBound(bound: number, { elapsedMs, gauges, flow }: TickSample, timeoutS: number): number {
    const { rate, inFlight, isClogged } = this.#recent();
    // Where slots stood idle between two holders, what was in flight made X, not the bound.
    const idle =
      gauges.waiting > 0 && inFlight > 0 ? Math.min(Math.max(bound / inFlight, 1), 1.5) : 1;
    const law = rate * TIMEOUT_SHARE * timeoutS * idle;
    const isRoom =
      gauges.waiting > 0 &&
      flow.outcomes.timeout <= 0.1 * flow.outcomes.ok &&
      inFlight < rate * TIMEOUT_SHARE * timeoutS;
    const target = isRoom ? Math.max(law, bound * GROWTH_STRAINED ** (elapsedMs / 1_000)) : law;
    const floor = this.#floor(isClogged);
    return Math.max(
      floor,
      Math.min(target, bound * GROWTH_RECOVERING ** Math.min(elapsedMs / 1_000, 1)),
    );
  }

  /**
   * What it carried when it was well; less where that is too much to be true. A burdened machine shows attempts in flight that are none
   * of the dependency's, and W = T is where every attempt dies. Only time-outs prove it: answers alone become fewer in a lull too.
   */
  #floor(isClogged: boolean): number {
    const believed = Math.min(this.#baseline?.inFlight ?? 1, this.#believed);
    return Math.max(1, (isClogged ? FLOOR_CLOGGED : FLOOR) * believed);
  }

  /** Believes less while attempts die for it, as much again as the rate allows when they no longer do, and all when the strain is over. */
  #doubt(seconds: number, isStrained: boolean, timeoutS: number | undefined): void {
    const { rate, isDying } = this.#recent();
    this.#carried = isStrained
      ? Math.max(rate, this.#carried * 0.5 ** (seconds / CARRIED_HALF_LIFE_S))
      : 0;
    if (!isStrained || timeoutS === undefined) this.#believed = Number.POSITIVE_INFINITY;
    else if (isDying)
      this.#believed = Math.min(this.#believed, this.#carried * TIMEOUT_SHARE * timeoutS);
    else this.#believed = Math.max(this.#believed, rate * TIMEOUT_SHARE * timeoutS);
  }

  #recent(): { rate: number; inFlight: number; isDying: boolean; isClogged: boolean } {
    let [seconds, good, timeouts, standing] = [0, 0, 0, 0];
    for (const slice of this.#slices) {
      seconds += slice.seconds;
      good += slice.good;
      timeouts += slice.timeouts;
      standing += slice.inFlight * slice.seconds;
    }
    return {
      rate: good / Math.max(seconds, 0.001),
      inFlight: standing / Math.max(seconds, 0.001),
      isDying: timeouts > DYING * good,
      isClogged: timeouts > good,
    };
  }

  #isSlow(sample: TickSample): boolean {
    const { flow, gauges } = sample;
    const usual = this.#baseline?.latencyS;
    if (usual === undefined) return false;
    const { ok, timeout, error } = flow.outcomes;
    if (timeout >= 2 && timeout > TIMEOUT_SHARE_BAD * (ok + timeout + error)) return true;
    // More than half above it: the median is. A slow service has few answers in a second, so the whole window counts too.
    const window = { good: this.#sum("good"), slow: this.#sum("slow") };
    if (
      [this.#slices.at(-1)!, window].some(({ good, slow }) => good >= GOOD_MIN && slow > good / 2)
    )
      return true;
    if (this.#isFilling(gauges.inFlight, sample.nowMs)) return true;
    if (!gauges.ages || gauges.ages.count < GOOD_MIN) return false;
    return countAbove(gauges.ages, OLD_FACTOR * usual) > OLD_SHARE * gauges.ages.count;
  }

  #sum(of: "good" | "slow"): number {
    return this.#slices.reduce((total, slice) => total + slice[of], 0);
  }

  /** More in flight and fewer answers than usual: seen before a single slow answer has come back. */
  #isFilling(inFlight: number, nowMs: number): boolean {
    const usual = this.#baseline!;
    if (usual.rate < GOOD_MIN) return false;
    // Of a whole second: an early tick has heard of few processes, and few answers are then no sign.
    const last = this.#slices.filter(({ endMs }) => endMs > nowMs - 1_000);
    const seconds = last.reduce((sum, slice) => sum + slice.seconds, 0);
    const rate = last.reduce((sum, slice) => sum + slice.good, 0) / Math.max(seconds, 1);
    return (
      inFlight > 2 * usual.inFlight &&
      rate < 0.7 * usual.rate &&
      inFlight > 3 * usual.latencyS * rate
    );
  }

  #learn({ flow, gauges, elapsedMs }: TickSample): void {
    const { ok } = flow.outcomes;
    const seconds = elapsedMs / 1_000;
    if (!flow.latency || ok < 1) return;
    const { rate } = this.#recent();
    const latencyS = quantileOf(flow.latency, 0.5);
    if (!this.#baseline) {
      if (ok >= GOOD_MIN)
        this.#baseline = { latencyS, inFlight: gauges.inFlight, rate, ratePeak: rate, bound: 0 };
      return;
    }
    this.#learnedS += seconds;
    // At first the mean of all there was: the first second's answers are only the quick ones.
    const weight =
      Math.min(seconds / Math.min(this.#learnedS, BASELINE_S), 1) * Math.min(ok / GOOD_MIN, 1);
    const towards = (old: number, seen: number): number => old + weight * (seen - old);
    this.#baseline = {
      latencyS: towards(this.#baseline.latencyS, latencyS),
      inFlight: towards(this.#baseline.inFlight, gauges.inFlight),
      rate: towards(this.#baseline.rate, rate),
      ratePeak: Math.max(rate, this.#baseline.ratePeak * 0.5 ** (seconds / PEAK_HALF_LIFE_S)),
      bound: 0,
    };
  }
}
