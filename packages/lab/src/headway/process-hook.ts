import type { Random } from "@headway/core";
import { SignalRecorder } from "@headway/core/signals";
import type { RunEnd, RunHandle } from "@headway/core/signals";
import { DecisionTable, nextRetry } from "@headway/sdk/gate";
import type { Admission, Place, Withdraw } from "@headway/sdk/gate";
import { WAIT_MS_WITH_FALLBACK } from "../agents/call-try.ts";
import type { Attempt, AttemptEnd, Guard, Passage } from "../policies/policy.ts";
import type { EventQueue } from "../simulation/event-queue.ts";
import { RetryStates } from "./retry-states.ts";
import type { SpanExporter } from "./span-exporter.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface ProcessHookOptions {
  readonly instance: string;
  readonly events: EventQueue;
  readonly clock: VirtualClock;
  readonly random: Random;
  /** False: it sees and reports, and obeys nothing. */
  readonly obeys: boolean;
  /** Where the signals are derived from spans elsewhere: takes the attempts instead of the recorder. */
  readonly exporter: SpanExporter | undefined;
  /** The window may have turned bad. */
  readonly onNews: (nowMs: number) => void;
}

/** An attempt before it has gone out. */
interface Arrival {
  readonly attempt: Attempt;
  readonly passage: Passage;
  readonly place: Place;
  readonly wait: RunHandle | undefined;
  withdraw: Withdraw | undefined;
  /** The room has answered, and the answer is on its way to the caller. */
  admission: Admission | undefined;
}

/** An attempt that has gone out. */
interface Running {
  readonly place: Place | undefined;
  readonly isProbe: boolean;
  readonly startMs: number;
  readonly run: RunHandle | undefined;
}

/** The defaults of `createHeadway`. */
const WAIT_MS = 30_000;
const QUEUE_LENGTH_MAX = 1_000;
const DEPENDENCIES_MAX = 1_000;

/** A process here has some dozens of workflows under way. The default room, ten times this, would be most of a long run's memory. */
const RECORDER_LIMITS = { traces: 1_000 };

/**
 * The hook of one process as its agents meet it: the SDK's table, gates, waiting rooms, retry rule and recorder, put together as
 * `createHeadway`, `Headway.retry` and `CallRunner` do it, with callbacks in place of promises.
 *
 * Its calls are `headway.run` around each attempt, below a span of the workflow, as in a process with tracing: the recorder is told
 * the trace and that span, and finds out itself what repeats what. Whoever calls says no numbers of attempts.
 *
 * A room may answer in the middle of its work, so whoever waited learns it in an event of its own, as one who awaits a promise
 * would; until then a caller whose deadline passes can still take it back.
 */
export class ProcessHook implements Guard {
  readonly recorder: SignalRecorder;
  readonly table: DecisionTable;
  readonly #options: ProcessHookOptions;
  readonly #arrivals = new Map<number, Arrival>();
  readonly #running = new Map<number, Running>();
  readonly #retries = new RetryStates();

  constructor(options: ProcessHookOptions) {
    this.#options = options;
    const { instance, clock, random, obeys } = options;
    const recorder = new SignalRecorder({ instance, limits: RECORDER_LIMITS });
    this.recorder = recorder;
    this.table = new DecisionTable({
      clock,
      random,
      enforces: obeys,
      dependenciesMax: DEPENDENCIES_MAX,
      queueLengthMax: QUEUE_LENGTH_MAX,
      onWaiting: (dependency, priority, count) => {
        const nowMs = clock.now();
        recorder.setWaiting(dependency, priority, count, nowMs);
        options.onNews(nowMs);
      },
      onUnguarded: () => recorder.signalDropped("decision_table"),
      onLease: (dependency, amount) => recorder.setLease(dependency, amount),
      onDecision: () => {},
    });
  }

  request(attempt: Attempt, passage: Passage): void {
    const place = this.table.at(attempt.dependency);
    if (place !== undefined && !(place.gate.isOpen && place.room.length === 0))
      return this.#ask(attempt, passage, place);
    place?.gate.enter(this.#options.clock.now());
    this.#start(attempt, passage, place, false);
  }

  withdraw(attempt: Attempt): void {
    this.#retries.gaveUp(attempt);
    const arrival = this.#arrivals.get(attempt.id);
    if (arrival === undefined) return;
    const { place, withdraw, admission, wait } = arrival;
    this.#arrivals.delete(attempt.id);
    this.recorder.waitEnded(wait, false, this.#options.clock.now());
    withdraw?.();
    if (admission?.admitted === true) this.#leave(place, admission.isProbe);
  }

  ended(attempt: Attempt, end: AttemptEnd): void {
    const running = this.#running.get(attempt.id);
    if (running === undefined) return;
    this.#running.delete(attempt.id);
    const { place, isProbe, startMs, run } = running;
    const nowMs = this.#options.clock.now();
    const isOk = end.outcome === "ok";
    this.#retries.ended(attempt, isOk);
    if (run === undefined) this.#options.exporter?.ended(attempt, end, startMs, nowMs);
    else this.recorder.runEnded(run, runEndOf(end), nowMs);
    if (place !== undefined) {
      if (isOk) place.gate.serviceTime.record(nowMs - startMs);
      if (end.outcome === "throttled") place.gate.rest(nowMs);
      this.#leave(place, isProbe);
    }
    if (!isOk) this.#options.onNews(nowMs);
  }

  /** A refusal has cost the dependency nothing, so it takes nothing from the budget: its caller comes back when it was told to. */
  retryAfter(attempt: Attempt, end: AttemptEnd, backoffMs: number): number | undefined {
    const { clock, random, obeys } = this.#options;
    if (!obeys) return backoffMs;
    if (end.outcome === "refused") return Math.max(backoffMs, end.retryAfterMs ?? 0);
    const { dependency, priority, agent, number } = attempt;
    const nowMs = clock.now();
    const decision = this.table.at(dependency)?.gate.decisionFor({ priority, agent }, nowMs);
    const { budget, notBefore } = this.#retries.of(dependency);
    const terms = {
      // How often is the business of the caller's own layers, which ask only while they would try again.
      attemptsMax: Number.POSITIVE_INFINITY,
      budget,
      retriesAllowed: decision?.shape?.retries ?? Number.POSITIVE_INFINITY,
      notBefore,
      deadlineAtMs: attempt.deadlineMs + clock.offsetMs,
      waitMs: WAIT_MS,
    };
    const retry = nextRetry(terms, end, number, nowMs, random);
    if (retry !== undefined) this.#retries.paid(attempt, retry.cost);
    return retry?.pauseMs;
  }

  #ask(attempt: Attempt, passage: Passage, place: Place): void {
    const { clock, events } = this.#options;
    const { id, priority, agent } = attempt;
    const wait = this.#waitStarted(attempt);
    const arrival: Arrival = {
      attempt,
      passage,
      place,
      wait,
      withdraw: undefined,
      admission: undefined,
    };
    const visit = {
      caller: { priority, agent },
      fairnessKey: agent,
      waitMs: attempt.hasFallback === true ? WAIT_MS_WITH_FALLBACK : WAIT_MS,
      deadlineAtMs: attempt.deadlineMs + clock.offsetMs,
      held: undefined,
    };
    this.#arrivals.set(id, arrival);
    let isAsking = true;
    const settle = (admission: Admission): void => {
      arrival.admission = admission;
      if (!isAsking) events.after(0, () => this.#answered(arrival));
    };
    place.room.admit(visit, clock.now(), settle, (withdraw) => {
      arrival.withdraw = withdraw;
    });
    isAsking = false;
    if (arrival.admission !== undefined) this.#answered(arrival);
  }

  #answered({ attempt, passage, place, wait, admission }: Arrival): void {
    // Not there any more: withdrawn meanwhile.
    if (admission === undefined || !this.#arrivals.delete(attempt.id)) return;
    this.recorder.waitEnded(wait, admission.admitted, this.#options.clock.now());
    this.#say(attempt.dependency, admission);
    if (admission.admitted) return this.#start(attempt, passage, place, admission.isProbe);
    this.#retries.gaveUp(attempt);
    passage.refuse(admission.retryAfterMs);
  }

  /** As `createHeadway` counts what was done to a call. */
  #say(dependency: string, { decision, advised, admitted, waitedMs }: Admission): void {
    const subject = decision ?? advised;
    if (subject === null && waitedMs === 0 && admitted) return;
    const action = subject?.action ?? "shape";
    const isEnforced = decision !== null || advised === null;
    this.recorder.applied(dependency, isEnforced ? action : `advise_${action}`, waitedMs);
  }

  #start(attempt: Attempt, passage: Passage, place: Place | undefined, isProbe: boolean): void {
    const { clock, exporter } = this.#options;
    const startMs = clock.now();
    const run = exporter === undefined ? this.#runStarted(attempt, startMs) : undefined;
    this.#running.set(attempt.id, { place, isProbe, startMs, run });
    passage.go();
  }

  #runStarted(attempt: Attempt, nowMs: number): RunHandle {
    const { dependency, operation, priority, agent, workflow } = attempt;
    const parent = this.#parentOf(attempt);
    return this.recorder.runStarted(
      {
        dependency,
        operation,
        priority,
        agent,
        traceId: String(workflow),
        parentSpanId: parentSpanOf(attempt),
        ...(parent !== undefined && { parent }),
      },
      nowMs,
    );
  }

  #waitStarted(attempt: Attempt): RunHandle | undefined {
    const parent = this.#parentOf(attempt);
    if (parent === undefined) return undefined;
    const { dependency, priority } = attempt;
    return this.recorder.waitStarted({ dependency, priority, parent }, this.#options.clock.now());
  }

  /** The run around it, where that is this process' own: nothing of it crosses a process here. */
  #parentOf({ parent }: Attempt): RunHandle | undefined {
    return parent === undefined ? undefined : this.#running.get(parent.id)?.run;
  }

  #leave({ gate, room }: Place, isProbe: boolean): void {
    gate.leave(isProbe);
    if (room.length > 0) room.drain(this.#options.clock.now());
  }
}

/** The span of the workflow, or, in a server, of the request that it serves. */
function parentSpanOf({ parent, workflow }: Attempt): string {
  return parent === undefined ? `workflow-${workflow}` : `request-${parent.id}`;
}

/** As `CallRunner` tells a recorder: only a throttle carries more than its outcome. */
function runEndOf({ outcome, retryAfterMs }: AttemptEnd): RunEnd {
  if (outcome !== "throttled") return { outcome };
  return { outcome, throttle: "rate", ...(retryAfterMs !== undefined && { retryAfterMs }) };
}
