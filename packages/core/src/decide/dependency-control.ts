import type { Detection } from "../detect/detection.ts";
import { AttemptEndings } from "./attempt-endings.ts";
import { AdmittedPace } from "./admitted-pace.ts";
import type { AdmittedView } from "./admitted-pace.ts";
import { CallTimeout } from "./call-timeout.ts";
import { chooseActions } from "./choose-action.ts";
import { CONSULTS } from "./consult-pacer.ts";
import type { ConsultPacer } from "./consult-pacer.ts";
import { CONTROL_PARAMETERS } from "./control-parameters.ts";
import type { ControlParameters } from "./control-parameters.ts";
import type { Override } from "./decision.ts";
import type { DecisionDraft } from "./decision-draft.ts";
import type { DependencySignals, TickSample } from "./dependency-signals.ts";
import { HoldPhase } from "./hold-phase.ts";
import type { Phase } from "./hold-phase.ts";
import { InFlightBound } from "./in-flight-bound.ts";
import type { BoundView } from "./in-flight-bound.ts";
import { LeaseBook } from "./lease-book.ts";
import { NotBefore } from "./not-before.ts";
import { coversAll, overrideDraft } from "./overrides.ts";
import type { DependencyPolicy } from "./policy.ts";
import type { ProbeCandidate } from "./prober.ts";

export interface ControlContext {
  readonly tenant: string;
  readonly policy: DependencyPolicy;
  readonly override: Override | undefined;
  /** Firing. */
  readonly detections: readonly Detection[];
  /** Processes that take leases. */
  readonly instances: ReadonlySet<string>;
  readonly leaseMs: number;
  readonly holdMsMax: number;
  readonly isLearning: boolean;
  readonly pacer: ConsultPacer;
}

export interface ControlOutcome {
  readonly drafts: DecisionDraft[];
  /** Instances whose lease changed. */
  readonly leasesChanged: readonly string[];
}

/** What the controllers made of the last tick: what a consult is answered from. */
export interface Allowance {
  readonly bound: number | undefined;
  readonly isBinding: boolean;
  readonly ratePerSecond: number | undefined;
  /** The part of both for callers that take no leases; `undefined` does not limit. */
  readonly consultSlots: number | undefined;
  readonly consultRate: number | undefined;
  /** Seconds that an attempt takes now. */
  readonly attemptS: number;
}

const TIMEOUT_S_UNKNOWN = 10;
/** A report tells of one moment, and short calls are seldom in flight in it: who was seen with one uses it for so long. */
const USER_MS = 60_000;
/** Nothing is limited. */
export const FREE: Allowance = {
  bound: undefined,
  isBinding: false,
  ratePerSecond: undefined,
  consultSlots: undefined,
  consultRate: undefined,
  attemptS: 0,
};

/** One dependency's controllers, in the order in which they build on each other. */
export class DependencyControl {
  readonly bound: InFlightBound;
  readonly timeout = new CallTimeout();
  readonly notBefore = new NotBefore();
  readonly hold = new HoldPhase();
  readonly leases: LeaseBook;
  readonly #pace: AdmittedPace;
  readonly #dependency: string;
  allowance: Allowance = FREE;
  isStrained = false;
  #isTight = false;
  #isSilent = false;
  /** Per process, when it last had a call waiting or in flight. */
  readonly #usedMs = new Map<string, number>();

  constructor(dependency: string, parameters: ControlParameters = CONTROL_PARAMETERS) {
    this.#dependency = dependency;
    this.bound = new InFlightBound(parameters);
    this.leases = new LeaseBook(parameters);
    this.#pace = new AdmittedPace(parameters);
  }

  get phase(): Phase {
    return this.hold.phase;
  }

  tick(sample: TickSample, signals: DependencySignals, context: ControlContext): ControlOutcome {
    const { flow, nowMs } = sample;
    this.timeout.observe(flow.outcomes.timeout, flow.latencyFailed);
    this.notBefore.observe(flow.throttles, flow.retryAfterMax, nowMs);
    const timeoutS = this.timeout.seconds(context.policy.timeoutMs, this.bound.usualLatencyS);
    const learned = this.bound.observe({ sample, timeoutS });
    const attemptS = this.bound.attemptS ?? 1;
    const admitted = this.#pace.observe(sample, attemptS);
    this.#stepHold(sample, signals, context, { bound: learned.bound, timeoutS });
    this.isStrained = learned.isStrained;
    this.#isTight = !learned.isRelaxed && !learned.isWide;
    this.#isSilent = learned.isSilent;
    this.allowance = this.#allow(learned, admitted, context.policy, attemptS);
    // Drafted before the operator's limit is joined to it: that is the override's own decision to tell.
    const drafts = this.#drafts(sample, admitted, context);
    this.allowance = withLimit(this.allowance, context.override);
    return {
      drafts,
      leasesChanged: this.#lease(sample, signals, context),
    };
  }

  #stepHold(
    { nowMs, flow, gauges }: TickSample,
    signals: DependencySignals,
    { policy, override, instances, pacer, holdMsMax }: ControlContext,
    { bound, timeoutS }: { bound: number | undefined; timeoutS: number | undefined },
  ): void {
    const { ok, error, timeout } = flow.outcomes;
    // Only a hold elects, and this is done for every dependency and tick.
    const voters = this.phase === "held" ? [...instances] : [];
    const candidates = voters.map((instance) => ({ instance, ...workOf(signals, instance) }));
    if (pacer.isAsked(nowMs)) candidates.push(asCandidate(pacer, this.hold));
    this.hold.observe({
      nowMs,
      good: ok,
      errors: error,
      timeouts: timeout,
      inFlight: gauges.inFlight,
      candidates,
      timeoutMs: 1_000 * (timeoutS ?? TIMEOUT_S_UNKNOWN),
      isBounded: bound !== undefined,
      holdMsMax,
      rampUntil: Math.min(bound ?? 16, Math.max(2 * (gauges.inFlight + gauges.waiting), 1)),
      mayHold: policy.actions.includes("hold") && !(override && coversAll(override)),
    });
  }

  #allow(
    learned: BoundView,
    admitted: AdmittedView,
    policy: DependencyPolicy,
    attemptS: number,
  ): Allowance {
    const ceilings = [policy.concurrencyMax, admitted.bound].filter((value) => value !== undefined);
    if (this.phase === "ramping") ceilings.push(this.hold.allowance);
    const bounds = learned.bound === undefined ? ceilings : [learned.bound, ...ceilings];
    return {
      bound: bounds.length > 0 ? Math.min(...bounds) : undefined,
      isBinding: this.#isLimited(policy, admitted) || !learned.isRelaxed,
      ratePerSecond: policy.ratePerSecondMax,
      consultSlots: undefined,
      consultRate: undefined,
      attemptS,
    };
  }

  #isLimited({ concurrencyMax }: DependencyPolicy, { isRejecting }: AdmittedView): boolean {
    return concurrencyMax !== undefined || this.phase === "ramping" || isRejecting;
  }

  #drafts(sample: TickSample, admitted: AdmittedView, context: ControlContext): DecisionDraft[] {
    const { tenant, policy, override, detections } = context;
    const { bound, ratePerSecond } = this.allowance;
    const drafts = chooseActions({
      tenant,
      dependency: this.#dependency,
      policy,
      nowMs: sample.nowMs,
      detections,
      phase: this.phase,
      notBefore: this.notBefore.at(sample.nowMs),
      // The leases of good times keep a fleet to what it uses anyhow: nothing is decided by them.
      isBinding: this.#isLimited(policy, admitted) || this.#isTight,
      isLearnedBinding: this.#isTight,
      isSilent: this.#isSilent,
      bound,
      ratePerSecond,
      isRejecting: admitted.isRejecting,
    });
    if (!override) return drafts;
    // An operator's word for some priorities leaves the engine's for the others. Where both speak, the operator's ranks first.
    const others = drafts.filter(
      ({ scope: { priority } }) =>
        priority.from < override.priority.from || priority.to > override.priority.to,
    );
    return [overrideDraft(override, tenant), ...others];
  }

  #lease(
    sample: TickSample,
    signals: DependencySignals,
    context: ControlContext,
  ): readonly string[] {
    const { policy, override, instances, leaseMs, isLearning } = context;
    const isEnforced = policy.mode === "enforce";
    // Where the engine only advises, nothing but the operator's word is to bind anybody.
    const enforced = isEnforced ? this.allowance : withLimit(FREE, override);
    const { bound, isBinding, ratePerSecond } = enforced;
    const { attemptS } = this.allowance;
    // A word for some priorities acts on them by its decision; the others still need their share.
    const whole = override && coversAll(override) ? override.action : undefined;
    const isHeld = (isEnforced && this.phase === "held") || whole === "hold";
    const isFree = bound === undefined && !isHeld && ratePerSecond === undefined;
    if (whole === "proceed" || isFree) return this.leases.clear();
    const consults = context.pacer.demand(attemptS, sample.nowMs);
    const users = this.#users(signals, instances, sample.nowMs);
    const changed = this.leases.update({
      consults,
      dependency: this.#dependency,
      bound: bound ?? Number.MAX_SAFE_INTEGER,
      isRelaxed: !isBinding,
      ratePerSecond,
      prober: whole === "hold" ? undefined : this.hold.prober.instance,
      isHeld,
      protectedPriority: whole === "hold" ? 0 : policy.protectedPriority,
      isLearning,
      gauges: signals.gauges,
      instances: isBinding || isHeld || isLearning ? instances : users,
      leaseMs,
      attemptS,
      endings: this.#endings(sample, attemptS),
      nowMs: sample.nowMs,
      elapsedMs: sample.elapsedMs,
    });
    const part = this.leases.consultShare;
    this.allowance = {
      ...this.allowance,
      consultSlots: isBinding || isHeld ? part : undefined,
      consultRate:
        ratePerSecond === undefined
          ? undefined
          : (ratePerSecond * part) / Math.max(bound ?? part, 1),
    };
    return changed;
  }

  #endings({ gauges: { ages } }: TickSample, attemptS: number): AttemptEndings {
    const { recent } = this.bound;
    return new AttemptEndings({
      took: recent.took,
      seconds: recent.sum("seconds"),
      ages,
      attemptS,
    });
  }

  /** While nobody is held, only who uses the dependency needs a lease of it: that one holds one is no use. */
  #users(
    signals: DependencySignals,
    instances: ReadonlySet<string>,
    nowMs: number,
  ): ReadonlySet<string> {
    for (const [instance] of signals.gauges.entries()) {
      const { waiting, inFlight } = workOf(signals, instance);
      if (waiting + inFlight > 0) this.#usedMs.set(instance, nowMs);
    }
    for (const [instance, usedMs] of this.#usedMs)
      if (nowMs - usedMs > USER_MS) this.#usedMs.delete(instance);
    return new Set([...instances].filter((instance) => this.#usedMs.has(instance)));
  }
}

/** Callers that take no leases, once elected, have nothing more to send than the one probe; they may never come for it. */
function asCandidate(pacer: ConsultPacer, { prober }: HoldPhase): ProbeCandidate {
  if (prober.instance !== CONSULTS) return { instance: CONSULTS, waiting: 1, inFlight: 0 };
  return { instance: CONSULTS, waiting: 0, inFlight: pacer.hasProbed(prober.electedMs) ? 1 : 0 };
}

function workOf(
  { gauges }: DependencySignals,
  instance: string,
): { waiting: number; inFlight: number } {
  const { waiting = [], inFlight = 0 } = gauges.get(instance) ?? {};
  return { waiting: waiting.reduce((sum, count) => sum + count, 0), inFlight };
}

/**
 * With an operator's limit joined to it. A lease does not know priorities: a limit meant for some of them holds the processes
 * to it as a whole, where the urgent calls go first.
 */
function withLimit(allowance: Allowance, override: Override | undefined): Allowance {
  if (override?.action !== "limit") return allowance;
  const { concurrency, ratePerSecond } = override.shape ?? {};
  return {
    ...allowance,
    bound: least(allowance.bound, concurrency),
    isBinding: allowance.isBinding || concurrency !== undefined,
    ratePerSecond: least(allowance.ratePerSecond, ratePerSecond),
  };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
