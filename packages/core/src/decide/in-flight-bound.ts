import { quantileOf } from "../signals/histogram.ts";
import { BoundWindow } from "./bound-window.ts";
import { CONTROL_PARAMETERS } from "./control-parameters.ts";
import type { ControlParameters } from "./control-parameters.ts";
import type { TickSample } from "./dependency-signals.ts";
import { Slowness } from "./slowness.ts";

export interface BoundInput {
  readonly sample: TickSample;
  /** Seconds that callers wait for an answer; `undefined` while nothing is known. */
  readonly timeoutS: number | undefined;
}

export interface BoundView {
  /** What the fleet may have in flight, all together; `undefined` while too little is known to bound anything. */
  readonly bound: number | undefined;
  /** Answers are as fast as ever, and demand is far below what can be carried: nobody is to be held. */
  readonly isRelaxed: boolean;
  readonly isStrained: boolean;
}

export interface BoundBaseline {
  readonly latencyS: number;
  /** By Little's law: attempt-seconds that good answers took, per second. */
  readonly inFlight: number;
  readonly rate: number;
  readonly ratePeak: number;
  /** Share of the attempts in flight that are much older than an answer usually takes. */
  readonly oldShare: number;
  readonly bound: number;
}

/** A bound below this would be a guess: so many attempts at once prove nothing about any dependency. */
const BOUND_MIN_HEALTHY = 16;
/** Fewer answers than this say nothing of a median. */
const GOOD_MIN = 5;
/** Between two waves of slow answers there are seconds of good ones. */
const CALM_AFTER_MS = 3_000;
/** A night is quiet and a morning is not: the bound of the day before should still stand in part. */
const PEAK_HALF_LIFE_S = 600;
const BASELINE_S = 60;
/** Attempts shorter than this are as good as none. */
const ATTEMPT_S_MIN = 0.05;
/** Seconds of good answers before anything is bounded: a fleet's first seconds are its start, not its usual. */
const LEARNED_S_MIN = 5;

/**
 * The standing bound on a dependency's attempts in flight, over the whole fleet. Nothing is bound while answers are as fast as ever and
 * demand is far below what the dependency could carry. From the first sign that it is slower than usual (`Slowness`) on, the fleet may
 * have in flight
 *
 *     B = floor * usual - ghosts
 *
 * `usual` is what was in flight while all was well, by Little's law: the time that good answers took, in a second. So many keep its
 * servers at work, whatever they have become worth, and none waits in a queue for longer than its caller does. `ghosts` are the attempts
 * that timed out lately: the dependency is still at work on them, though nobody sees them in flight. Where a service itself takes as
 * long as callers wait, they are all that keeps its queue from filling with work for nobody.
 *
 * Slots that stand idle between two holders are granted on top (`#fill`). Afterwards the bound grows step by step, as long as answers are nearly as fast as usual.
 */
export class InFlightBound {
  readonly #parameters: ControlParameters;
  readonly #window = new BoundWindow();
  readonly #slowness: Slowness;
  #baseline: BoundBaseline | undefined;
  #bound: number | undefined;
  #learnedS = 0;
  #strainedMs = Number.NEGATIVE_INFINITY;
  /** How many times the bound is granted, so that as many as it says are in flight. */
  #overcommit = 1;

  constructor(parameters: ControlParameters = CONTROL_PARAMETERS) {
    this.#parameters = parameters;
    this.#slowness = new Slowness(parameters);
  }

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

  /** Seconds that an attempt takes now, by Little's law over all that end, well or not; one that is about to end counts. */
  get attemptS(): number | undefined {
    const spentS = this.#window.spentS;
    const ended =
      this.#window.sum("good") + this.#window.sum("timeouts") + this.#window.sum("errors");
    const usualS = this.#baseline?.latencyS;
    if (spentS > 0 && ended > 0) return spentS / (ended + 1);
    return usualS === undefined ? undefined : Math.max(usualS, spentS);
  }

  observe({ sample, timeoutS }: BoundInput): BoundView {
    const { elapsedMs, gauges } = sample;
    const seconds = elapsedMs / 1_000;
    const isStrained = this.#watch(sample);
    if (!isStrained) this.#learn(sample);
    if (!this.#baseline || this.#learnedS < LEARNED_S_MIN || timeoutS === undefined)
      return { bound: undefined, isRelaxed: true, isStrained: false };
    const baseline = this.#baseline;
    const { ratePeak, inFlight: usual } = baseline;
    const { timeoutShare, relaxedBelow, floor, ghostShare, growth, slack } = this.#parameters;
    const demand = gauges.inFlight + gauges.waiting;
    const standing = Math.max(BOUND_MIN_HEALTHY, 2 * usual, ratePeak * timeoutShare * timeoutS);
    const isRelaxed = !isStrained && demand < relaxedBelow * standing;
    const bound = this.#bound ?? standing;
    const grown = bound * growth ** Math.min(seconds, 1);
    if (isRelaxed) this.#bound = standing;
    else if (isStrained) this.#bound = Math.min(grown, Math.max(floor * usual, 1));
    else {
      const cap = Math.min(slack * baseline.latencyS * this.#window.rate(), standing);
      this.#bound = Math.max(bound, Math.min(grown, cap));
    }
    const ghosts = this.#window.sum("timeouts", 1_000 * ghostShare * timeoutS);
    const wanted = Math.max(1, this.#bound - ghosts);
    this.#fill(wanted, gauges, seconds);
    return { bound: isRelaxed ? wanted : wanted * this.#overcommit, isRelaxed, isStrained };
  }

  /**
   * Grants more while calls wait and fewer are in flight than may be: an integral controller on what stands idle. A slot that is used
   * for S seconds stands idle for the loop's L until it is granted elsewhere, so at most (S + L) / S times the bound are granted.
   * Without it a dependency whose attempts are short against that loop is throttled by its own bound, and for good, since the bound
   * follows what it answers.
   */
  #fill(wanted: number, { inFlight, waiting }: TickSample["gauges"], seconds: number): void {
    const most = 1 + this.#parameters.loopS / Math.max(this.attemptS ?? 1, ATTEMPT_S_MIN);
    const times = waiting > 0 ? wanted / Math.max(inFlight, 1) : 0.5;
    const next = this.#overcommit * times ** Math.min(seconds, 1);
    this.#overcommit = Math.min(Math.max(next, 1), most);
  }

  #watch(sample: TickSample): boolean {
    const { nowMs, elapsedMs, flow, gauges } = sample;
    const usualS = this.#baseline?.latencyS;
    const keepMs = 1_000 * Math.min(Math.max(2, 2 * (usualS ?? 0)), 30);
    const { ok, timeout, error } = flow.outcomes;
    this.#window.push(
      {
        endMs: nowMs,
        seconds: elapsedMs / 1_000,
        good: ok,
        slow: this.#slowness.slowOf(flow, usualS),
        timeouts: timeout,
        errors: error,
        inFlight: gauges.inFlight,
      },
      keepMs,
    );
    if (this.#baseline && this.#slowness.isSlow(sample, this.#window, this.#baseline)) {
      // What was answered before the slow-down says nothing of the rate during it.
      if (nowMs - this.#strainedMs >= CALM_AFTER_MS) this.#window.restart();
      this.#strainedMs = nowMs;
    }
    return nowMs - this.#strainedMs < CALM_AFTER_MS;
  }

  #learn({ flow, gauges, elapsedMs }: TickSample): void {
    const { ok } = flow.outcomes;
    const seconds = elapsedMs / 1_000;
    if (!flow.latency || ok < 1) {
      this.#learnSilence(seconds);
      return;
    }
    const rate = this.#window.rate();
    const latencyS = quantileOf(flow.latency, 0.5);
    const inFlight = flow.latency.sum / seconds;
    if (!this.#baseline) {
      if (ok >= GOOD_MIN)
        this.#baseline = { latencyS, inFlight, rate, ratePeak: rate, oldShare: 0, bound: 0 };
      return;
    }
    this.#learnedS += seconds;
    // At first the mean of all there was: the first second's answers are only the quick ones.
    const share = Math.min(seconds / Math.min(this.#learnedS, BASELINE_S), 1);
    const towards = (old: number, seen: number, weight = share): number =>
      old + weight * (seen - old);
    this.#baseline = {
      latencyS: towards(this.#baseline.latencyS, latencyS, share * Math.min(ok / GOOD_MIN, 1)),
      inFlight: towards(this.#baseline.inFlight, inFlight),
      rate: towards(this.#baseline.rate, rate, share * Math.min(ok / GOOD_MIN, 1)),
      ratePeak: Math.max(rate, this.#baseline.ratePeak * 0.5 ** (seconds / PEAK_HALF_LIFE_S)),
      oldShare: towards(
        this.#baseline.oldShare,
        this.#slowness.oldShare(gauges.ages, this.#baseline.latencyS),
      ),
      bound: 0,
    };
  }

  #learnSilence(seconds: number): void {
    if (!this.#baseline) return;
    const share = Math.min(seconds / Math.max(this.#learnedS, BASELINE_S), 1);
    this.#baseline = { ...this.#baseline, inFlight: this.#baseline.inFlight * (1 - share) };
  }
}
