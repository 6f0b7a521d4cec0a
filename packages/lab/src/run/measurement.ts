import { PRIORITIES, type Priority } from "@headway/core/signals";
import type { Observer, WorkflowFacts } from "../agents/observer.ts";
import type { Attempt, AttemptEnd } from "../policies/policy.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { EventQueue } from "../simulation/event-queue.ts";
import { calmOf } from "./calm.ts";
import { Cohort } from "./cohort.ts";
import type { Measures, Series } from "./outcome.ts";
import { percentile } from "./percentile.ts";
import { recoverySeconds } from "./recovery.ts";
import { isIn, type Span } from "./span.ts";
import { Usefulness } from "./usefulness.ts";

const AFTER_MS = 60_000;
const COHORT_AFTER_MS = 30_000;
/** An attempt that waited no longer at its guard, and then went, was not held. */
const HELD_MS = 5;
/** Enough for a median, and a bound for runs of days. */
const HEALTHY_TIMES_MAX = 10_000;

/** Watches one run and says what it came to. */
export class Measurement implements Observer {
  readonly #events: EventQueue;
  readonly #endMs: number;
  readonly #span: Span;
  readonly #after: Span;
  readonly #before: Span;
  readonly #isCalm: (ms: number) => boolean;
  readonly #all: Cohort;
  readonly #critical: Cohort;
  readonly #usefulness: Usefulness;
  readonly #usefulnessRun: Usefulness;
  readonly #healthyS: number[] = [];
  readonly #series;
  readonly #unsuccessful = new Map<Priority, number>(PRIORITIES.map((priority) => [priority, 0]));
  readonly workflows = { started: 0, ok: 0, late: 0, failed: 0, open: 0 };
  readonly attempts = { refused: 0, withdrawn: 0, ended: 0, waiting: 0, inFlight: 0 };
  #good = 0;
  #goodAfter = 0;
  #goodBefore = 0;
  #heldHealthy = 0;

  constructor({ durationS, measure, faults }: Scenario, events: EventQueue) {
    const fromMs = 1_000 * measure.fromS;
    const toMs = 1_000 * measure.toS;
    this.#events = events;
    this.#endMs = 1_000 * durationS;
    this.#span = { fromMs, toMs };
    this.#after = { fromMs: toMs, toMs: Math.min(toMs + AFTER_MS, 1_000 * durationS) };
    this.#before = { fromMs: Math.max(0, fromMs - AFTER_MS), toMs: fromMs };
    this.#isCalm = calmOf(faults);
    this.#all = new Cohort({ fromMs, toMs: toMs + COHORT_AFTER_MS });
    this.#critical = new Cohort({ fromMs, toMs: toMs + COHORT_AFTER_MS });
    this.#usefulness = new Usefulness({ fromMs, toMs: toMs + AFTER_MS });
    this.#usefulnessRun = new Usefulness({ fromMs: 0, toMs: Infinity });
    this.#series = emptySeries(Math.ceil(durationS));
    this.#planSample(0);
  }

  get series(): Series {
    return this.#series;
  }

  workflowStarted(workflow: WorkflowFacts): void {
    const { priority } = workflow;
    this.workflows.started += 1;
    this.workflows.open += 1;
    this.#count(this.#series.offered);
    this.#all.workflowStarted(workflow);
    if (priority === 1) this.#critical.workflowStarted(workflow);
    // Until it has succeeded.
    this.#unsuccessful.set(priority, this.#unsuccessful.get(priority)! + 1);
  }

  workflowEnded(workflow: WorkflowFacts, ok: boolean): void {
    const { nowMs } = this.#events;
    this.workflows.open -= 1;
    this.#all.workflowEnded(workflow, ok, nowMs);
    if (workflow.priority === 1) this.#critical.workflowEnded(workflow, ok, nowMs);
    if (ok) this.#done(workflow, nowMs);
    else if (nowMs >= workflow.deadlineMs) this.workflows.late += 1;
    else this.workflows.failed += 1;
  }

  attemptAsked(): void {
    this.attempts.waiting += 1;
  }

  attemptWent(attempt: Attempt): void {
    this.attempts.inFlight += 1;
    this.#count(this.#series.attempts);
    this.#usefulness.went(this.#events.nowMs);
    this.#usefulnessRun.went(this.#events.nowMs);
    this.#waited(attempt);
  }

  attemptRefused(attempt: Attempt): void {
    this.attempts.refused += 1;
    // However short its wait: to send everybody away at once would else be no harm at all.
    this.#waited(attempt, true);
  }

  attemptWithdrawn(attempt: Attempt): void {
    this.attempts.withdrawn += 1;
    this.#waited(attempt);
  }

  attemptEnded(attempt: Attempt, end: AttemptEnd, wentMs: number): void {
    this.attempts.inFlight -= 1;
    this.attempts.ended += 1;
    this.#usefulness.ended(attempt, end, wentMs);
    this.#usefulnessRun.ended(attempt, end, wentMs);
  }

  /** After the run. */
  measures(
    rest: Pick<Measures, "amplification" | "lockouts"> & { holdsAtMs: readonly number[] },
  ): Measures {
    const { attempts, wasted, wastedShare } = this.#usefulness;
    return {
      goodput: rate(this.#good, this.#span),
      goodputAfter: rate(this.#goodAfter, this.#after),
      goodputBefore: rate(this.#goodBefore, this.#before),
      wastedShare,
      wasted,
      attempts,
      wastedShareRun: this.#usefulnessRun.wastedShare,
      amplification: rest.amplification,
      criticalOk: this.#critical.okShare,
      criticalP50S: this.#critical.percentileS(0.5),
      criticalP99S: this.#critical.percentileS(0.99),
      p99S: this.#all.percentileS(0.99),
      recoveryS: recoverySeconds({
        ...this.#series,
        endS: this.#span.toMs / 1_000,
        lagS: percentile(Float64Array.from(this.#healthyS).sort(), 0.5) || 0,
      }),
      failed: this.#failed(),
      falseHolds: rest.holdsAtMs.filter(this.#isCalm).length,
      heldHealthy: this.#heldHealthy,
      lockouts: rest.lockouts,
    };
  }

  #done({ priority, startedMs }: WorkflowFacts, nowMs: number): void {
    this.workflows.ok += 1;
    this.#unsuccessful.set(priority, this.#unsuccessful.get(priority)! - 1);
    this.#count(this.#series.good);
    if (priority === 1) this.#count(this.#series.goodCritical);
    if (isIn(this.#span, nowMs)) this.#good += 1;
    else if (isIn(this.#after, nowMs)) this.#goodAfter += 1;
    else if (isIn(this.#before, nowMs)) this.#goodBefore += 1;
    if (nowMs < this.#span.fromMs && this.#healthyS.length < HEALTHY_TIMES_MAX)
      this.#healthyS.push((nowMs - startedMs) / 1_000);
  }

  #waited({ askedMs }: Attempt, isRefused = false): void {
    this.attempts.waiting -= 1;
    const waitedMs = this.#events.nowMs - askedMs;
    if ((isRefused || waitedMs > HELD_MS) && this.#isCalm(askedMs)) this.#heldHealthy += 1;
  }

  #count(perSecond: number[]): void {
    // What happens at the very end of the run belongs to its last second.
    const second = Math.min(Math.floor(this.#events.nowMs / 1_000), perSecond.length - 1);
    perSecond[second]! += 1;
  }

  /** One at a time: a day's worth of them would slow every other event down. */
  #planSample(second: number): void {
    if (second >= this.#series.offered.length) return;
    this.#events.at(Math.min(1_000 * (second + 1), this.#endMs), () => {
      this.#sample(second);
      this.#planSample(second + 1);
    });
  }

  #sample(second: number): void {
    this.#series.inFlight[second] = this.attempts.inFlight;
    this.#series.waiting[second] = this.attempts.waiting;
  }

  #failed(): Record<Priority, number> {
    const of = (priority: Priority): number => this.#unsuccessful.get(priority)!;
    return { 1: of(1), 2: of(2), 3: of(3), 4: of(4), 5: of(5) };
  }
}

function emptySeries(seconds: number): Record<keyof Series, number[]> {
  const zeros = (): number[] => Array.from({ length: seconds }, () => 0);
  return {
    offered: zeros(),
    good: zeros(),
    goodCritical: zeros(),
    attempts: zeros(),
    inFlight: zeros(),
    waiting: zeros(),
  };
}

function rate(count: number, { fromMs, toMs }: Span): number {
  return toMs > fromMs ? (1_000 * count) / (toMs - fromMs) : 0;
}
