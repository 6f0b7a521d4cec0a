import { quantileOf } from "../signals/histogram.ts";
import type { BoundWindow } from "./bound-window.ts";
import { CONTROL_PARAMETERS } from "./control-parameters.ts";
import type { ControlParameters } from "./control-parameters.ts";
import type { TickSample } from "./dependency-signals.ts";
import type { UsualPace } from "./slowness.ts";
import { Strain } from "./strain.ts";
import { StrainLift } from "./strain-lift.ts";
import { Trickle } from "./trickle.ts";

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
  /** The fleet may have in flight what it may in good times: held to it, but to nothing less. */
  readonly isWide: boolean;
  /** Nobody was answered lately: a few attempts find out when it is back. */
  readonly isSilent: boolean;
}

interface Usual extends UsualPace {
  readonly ratePeak: number;
}

/** What a store keeps of it. */
export interface BoundBaseline extends Usual {
  readonly bound: number;
}

/** A bound below this would be a guess: so many attempts at once prove nothing about any dependency. */
const BOUND_MIN_HEALTHY = 16;
/** Fewer answers than this say nothing of a median. */
const GOOD_MIN = 5;
/** A night is quiet and a morning is not: the bound of the day before should still stand in part. */
const PEAK_HALF_LIFE_S = 600;
const BASELINE_S = 60;
/** Attempts shorter than this are as good as none. */
const ATTEMPT_S_MIN = 0.05;
/** A bound that is not used says nothing of what a larger one would do. */
const LIFT_USED = 0.7;
/** Seconds of good answers before anything is bounded: a fleet's first seconds are its start, not its usual. */
const LEARNED_S_MIN = 5;

/**
 * The standing bound on a dependency's attempts in flight, over the whole fleet. Nothing is bound while answers are as fast as ever and
 * demand is far below what the dependency could carry. From the first sign that it is slower than usual (`Strain`) on, the fleet may
 * have in flight
 *
 *     B = floor * lift * usual - ghosts
 *
 * `usual` is what was in flight while all was well, by Little's law: the time that good answers took, in a second. So many keep its
 * servers at work, whatever they have become worth, and none waits in a queue for longer than its caller does. `ghosts` are the attempts
 * that timed out lately: the dependency is still at work on them, though nobody sees them in flight. Where a service itself takes as
 * long as callers wait, they are all that keeps its queue from filling with work for nobody. `lift` is 1 until it turns out that there
 * are servers which nobody uses (`StrainLift`). A dependency that answers nobody gets a few attempts (`Trickle`).
 *
 * Slots that stand idle between two holders are granted on top (`#fill`). Afterwards the bound grows step by step to what it is in good
 * times.
 */
export class InFlightBound {
  readonly #parameters: ControlParameters;
  readonly #strain: Strain;
  readonly #lift = new StrainLift();
  readonly #trickle = new Trickle();
  #usual: Usual | undefined;
  #bound: number | undefined;
  #learnedS = 0;
  /** How many times the bound is granted, so that as many as it says are in flight. */
  #overcommit = 1;

  constructor(parameters: ControlParameters = CONTROL_PARAMETERS) {
    this.#parameters = parameters;
    this.#strain = new Strain(parameters);
  }

  /** `undefined` until it bounds anything: what the first seconds show is not worth keeping. */
  get baseline(): BoundBaseline | undefined {
    if (this.#usual === undefined || this.#bound === undefined) return undefined;
    return { ...this.#usual, bound: this.#bound };
  }

  restore({ bound, ...usual }: BoundBaseline): void {
    // From nothing a bound would never grow.
    if (!(bound > 0)) return;
    this.#usual = usual;
    this.#bound = bound;
    this.#learnedS = LEARNED_S_MIN;
  }

  get usualLatencyS(): number | undefined {
    return this.#usual?.latencyS;
  }

  /** What lately became known of how long attempts take. */
  get recent(): Pick<BoundWindow, "took" | "sum"> {
    return this.#strain.window;
  }

  /** Seconds that an attempt takes now, by Little's law over all that end, well or not; one that is about to end counts. */
  get attemptS(): number | undefined {
    const { window } = this.#strain;
    const { spentS } = window;
    const ended = window.sum("good") + window.sum("timeouts") + window.sum("errors");
    const usualS = this.#usual?.latencyS;
    if (spentS > 0 && ended > 0) return spentS / (ended + 1);
    return usualS === undefined ? undefined : Math.max(usualS, spentS);
  }

  observe({ sample, timeoutS }: BoundInput): BoundView {
    const { elapsedMs, gauges } = sample;
    const seconds = elapsedMs / 1_000;
    const isStrained = this.#strain.observe(sample, this.#usual);
    // The first answers are the quick ones: against them alone all that follow would be slow, and nothing more were ever learned.
    if (!isStrained || this.#learnedS < LEARNED_S_MIN) this.#learn(sample);
    if (!this.#usual || this.#learnedS < LEARNED_S_MIN || timeoutS === undefined)
      return {
        bound: undefined,
        isRelaxed: true,
        isStrained: false,
        isWide: true,
        isSilent: false,
      };
    const { ratePeak, latencyS, inFlight: usual } = this.#usual;
    const { timeoutShare, relaxedBelow, growth, slack } = this.#parameters;
    const hanging = this.#hanging;
    const demand = gauges.inFlight + gauges.waiting - hanging;
    // Where services are long against the time-out, a fleet that grows must still be let grow.
    const spendsS = Math.max(timeoutShare * timeoutS, slack * latencyS);
    const standing = Math.max(BOUND_MIN_HEALTHY, 2 * usual, ratePeak * spendsS);
    const trickle = this.#trickle.observe({
      good: sample.flow.outcomes.ok,
      timeouts: sample.flow.outcomes.timeout,
      seconds,
      timeoutS,
      until: this.#parameters.floor * usual,
    });
    const isRelaxed = !isStrained && trickle === undefined && demand < relaxedBelow * standing;
    const bound = this.#bound ?? standing;
    const grown = bound * growth ** Math.min(seconds, 1);
    const floor = this.#floor(sample, { bound, timeoutS, isStrained });
    if (isRelaxed) this.#bound = standing;
    else if (isStrained) this.#bound = Math.min(grown, floor);
    else {
      const cap = Math.min(slack * latencyS * this.#strain.window.rate(), standing);
      this.#bound = Math.max(bound, Math.min(grown, Math.max(cap, floor)));
    }
    const unghosted = Math.max(1, this.#bound - this.#ghosts(timeoutS)) + hanging;
    const wanted = Math.min(unghosted, trickle ?? Number.POSITIVE_INFINITY);
    this.#fill(wanted, gauges, seconds);
    const granted = isRelaxed ? wanted : wanted * this.#overcommit;
    return {
      bound: granted,
      isRelaxed,
      isStrained,
      isWide: !isStrained && wanted >= floor,
      isSilent: trickle !== undefined,
    };
  }

  /** What the fleet may have in flight in a strain, at the least: what was usual, and more where that turns out to be idle servers. */
  #floor(
    { gauges }: TickSample,
    { bound, timeoutS, isStrained }: { bound: number; timeoutS: number; isStrained: boolean },
  ): number {
    const { latencyS = 0, inFlight: usual = 0 } = this.#usual ?? {};
    const { floor, slack } = this.#parameters;
    const attemptS = this.attemptS ?? 1;
    const lift = this.#lift.observe({
      isSlow: isStrained && attemptS > slack * latencyS,
      isUsed: gauges.waiting > 0 && gauges.inFlight > LIFT_USED * bound,
      attemptS,
      timeoutS,
      slice: this.#strain.window.last!,
    });
    return Math.max(floor * lift * usual, 1);
  }

  /** Attempts in flight that hold no server: where most come back as fast as ever, those that do not come hang somewhere. */
  get #hanging(): number {
    const { window, areFast } = this.#strain;
    return areFast ? (window.last?.old ?? 0) : 0;
  }

  /** Attempts that timed out and are worked on all the same; where most come back as fast as ever, none is. */
  #ghosts(timeoutS: number): number {
    const { window, areFast } = this.#strain;
    return areFast ? 0 : window.sum("timeouts", 1_000 * this.#parameters.ghostShare * timeoutS);
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

  #learn(sample: TickSample): void {
    const { flow, gauges, elapsedMs } = sample;
    const { ok } = flow.outcomes;
    const usual = this.#usual?.inFlight ?? 0;
    // As much as usual waits, and less than that goes: it is held back, and says nothing of how much there usually is.
    const isHeldBack = gauges.waiting > usual && gauges.inFlight < usual;
    const seconds = elapsedMs / 1_000;
    if (!flow.latency || ok < 1) {
      if (!isHeldBack) this.#learnSilence(seconds);
      return;
    }
    const rate = this.#strain.window.rate();
    const latencyS = quantileOf(flow.latency, 0.5);
    const inFlight = flow.latency.sum / seconds;
    if (!this.#usual) {
      if (ok >= GOOD_MIN) this.#usual = { latencyS, inFlight, rate, ratePeak: rate, oldShare: 0 };
      return;
    }
    this.#learnedS += seconds;
    // At first the mean of all there was: the first second's answers are only the quick ones.
    const share = Math.min(seconds / Math.min(this.#learnedS, BASELINE_S), 1);
    const towards = (old: number, seen: number, weight = share): number =>
      old + weight * (seen - old);
    this.#usual = {
      latencyS: towards(this.#usual.latencyS, latencyS, share * Math.min(ok / GOOD_MIN, 1)),
      inFlight: towards(this.#usual.inFlight, inFlight, isHeldBack ? 0 : share),
      rate: towards(this.#usual.rate, rate, isHeldBack ? 0 : share * Math.min(ok / GOOD_MIN, 1)),
      ratePeak: Math.max(rate, this.#usual.ratePeak * 0.5 ** (seconds / PEAK_HALF_LIFE_S)),
      oldShare: towards(this.#usual.oldShare, this.#strain.oldShare(sample, this.#usual.latencyS)),
    };
  }

  #learnSilence(seconds: number): void {
    if (!this.#usual) return;
    const share = Math.min(seconds / Math.max(this.#learnedS, BASELINE_S), 1);
    this.#usual = { ...this.#usual, inFlight: this.#usual.inFlight * (1 - share) };
  }
}
