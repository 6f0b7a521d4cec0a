import type { Detection } from "../detect/detection.ts";
import { AdmittedPace } from "./admitted-pace.ts";
import type { AdmittedView } from "./admitted-pace.ts";
import { CallTimeout } from "./call-timeout.ts";
import { chooseActions } from "./choose-action.ts";
import { CONSULTS } from "./consult-pacer.ts";
import type { ConsultPacer } from "./consult-pacer.ts";
import type { Override } from "./decision.ts";
import type { DecisionDraft } from "./decision-draft.ts";
import type { DependencySignals, TickSample } from "./dependency-signals.ts";
import { HoldPhase } from "./hold-phase.ts";
import type { Phase } from "./hold-phase.ts";
import { InFlightBound } from "./in-flight-bound.ts";
import type { BoundView } from "./in-flight-bound.ts";
import { LeaseBook } from "./lease-book.ts";
import { NotBefore } from "./not-before.ts";
import { overrideDraft } from "./overrides.ts";
import type { DependencyPolicy } from "./policy.ts";

export interface ControlContext {
  readonly tenant: string;
  readonly policy: DependencyPolicy;
  readonly override: Override | undefined;
  /** Firing. */
  readonly detections: readonly Detection[];
  /** Processes that take leases. */
  readonly instances: ReadonlySet<string>;
  readonly leaseMs: number;
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
  readonly bound = new InFlightBound();
  readonly timeout = new CallTimeout();
  readonly notBefore = new NotBefore();
  readonly hold = new HoldPhase();
  readonly leases = new LeaseBook();
  readonly #pace = new AdmittedPace();
  readonly #dependency: string;
  allowance: Allowance = FREE;
  isStrained = false;
  #isTight = false;

  constructor(dependency: string) {
    this.#dependency = dependency;
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
    this.#isTight = !learned.isRelaxed;
    this.allowance = this.#allow(learned, admitted, context, attemptS);
    return {
      drafts: this.#drafts(sample, admitted, context),
      leasesChanged: this.#lease(sample, signals, context),
    };
  }

  #stepHold(
    { nowMs, flow, gauges }: TickSample,
    signals: DependencySignals,
    { policy, override, instances, pacer }: ControlContext,
    { bound, timeoutS }: { bound: number | undefined; timeoutS: number | undefined },
  ): void {
    const { ok, error, timeout } = flow.outcomes;
    const waitingOf = (instance: string): number =>
      signals.gauges.get(instance)?.waiting.reduce((sum, count) => sum + count, 0) ?? 0;
    // Only a hold elects, and this is done for every dependency and tick.
    const voters = this.phase === "held" ? [...instances] : [];
    const candidates = voters.map((instance) => ({ instance, waiting: waitingOf(instance) }));
    const asks = pacer.isAsked(nowMs);
    this.hold.observe({
      nowMs,
      good: ok,
      errors: error,
      timeouts: timeout,
      inFlight: gauges.inFlight,
      candidates: instances.size === 0 && asks ? [{ instance: CONSULTS, waiting: 1 }] : candidates,
      timeoutMs: 1_000 * (timeoutS ?? TIMEOUT_S_UNKNOWN),
      rampUntil: Math.min(bound ?? 16, Math.max(2 * (gauges.inFlight + gauges.waiting), 1)),
      mayHold: policy.actions.includes("hold") && override === undefined,
    });
  }

  #allow(
    learned: BoundView,
    admitted: AdmittedView,
    { policy, override }: ControlContext,
    attemptS: number,
  ): Allowance {
    const limit = override?.action === "limit" ? override.shape : undefined;
    const ceilings = [policy.concurrencyMax, limit?.concurrency, admitted.bound].filter(
      (value) => value !== undefined,
    );
    if (this.phase === "ramping") ceilings.push(this.hold.allowance);
    const rates = [policy.ratePerSecondMax, limit?.ratePerSecond, admitted.ratePerSecond].filter(
      (value) => value !== undefined,
    );
    const bounds = learned.bound === undefined ? ceilings : [learned.bound, ...ceilings];
    return {
      bound: bounds.length > 0 ? Math.min(...bounds) : undefined,
      isBinding: ceilings.length > 0 || !learned.isRelaxed,
      ratePerSecond: rates.length > 0 ? Math.min(...rates) : undefined,
      consultSlots: undefined,
      consultRate: undefined,
      attemptS,
    };
  }

  #drafts(
    sample: TickSample,
    { isRejecting }: AdmittedView,
    context: ControlContext,
  ): DecisionDraft[] {
    const { tenant, policy, override, detections } = context;
    const { bound, isBinding, ratePerSecond } = this.allowance;
    const drafts = chooseActions({
      tenant,
      dependency: this.#dependency,
      policy,
      nowMs: sample.nowMs,
      detections,
      phase: this.phase,
      notBefore: this.notBefore.at(sample.nowMs),
      isBinding,
      isLearnedBinding: this.#isTight,
      bound,
      ratePerSecond,
      isRejecting,
    });
    if (!override || policy.mode === "observe") return drafts;
    // An operator's word for some priorities leaves the engine's for the others.
    const others = drafts.filter(
      ({ scope: { priority } }) =>
        priority.to < override.priority.from || priority.from > override.priority.to,
    );
    return [overrideDraft(override, tenant), ...others];
  }

  #lease(
    sample: TickSample,
    signals: DependencySignals,
    context: ControlContext,
  ): readonly string[] {
    const { policy, override, instances, leaseMs, isLearning } = context;
    const { bound, isBinding, ratePerSecond, attemptS } = this.allowance;
    // A hold of some priorities stops them by itself; the others still need their share.
    const isStopped =
      override?.action === "hold" && override.priority.from === 1 && override.priority.to === 5;
    const isHeld = this.phase === "held" || isStopped;
    const isFree = bound === undefined && !isHeld && ratePerSecond === undefined;
    if (policy.mode !== "enforce" || override?.action === "proceed" || isFree)
      return this.leases.clear();
    const consults = context.pacer.demand(attemptS, sample.nowMs);
    const changed = this.leases.update({
      consults,
      dependency: this.#dependency,
      bound: bound ?? Number.MAX_SAFE_INTEGER,
      isRelaxed: !isBinding,
      ratePerSecond,
      prober: override?.action === "hold" ? undefined : this.hold.prober.instance,
      isHeld,
      isLearning,
      gauges: signals.gauges,
      instances: isBinding || isHeld || isLearning ? instances : this.#users(signals, instances),
      leaseMs,
      attemptS,
      nowMs: sample.nowMs,
      elapsedMs: sample.elapsedMs,
    });
    const part = this.leases.consultShare;
    this.allowance = {
      ...this.allowance,
      consultSlots: isBinding ? part : undefined,
      consultRate:
        ratePerSecond === undefined
          ? undefined
          : (ratePerSecond * part) / Math.max(bound ?? part, 1),
    };
    return changed;
  }

  /** While nobody is held, only who uses the dependency needs a lease of it. */
  #users({ gauges }: DependencySignals, instances: ReadonlySet<string>): ReadonlySet<string> {
    const uses = (instance: string): boolean =>
      gauges.get(instance) !== undefined || this.leases.leases.has(instance);
    return new Set([...instances].filter(uses));
  }
}
