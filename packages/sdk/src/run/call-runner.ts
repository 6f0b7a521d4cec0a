import type { Priority, RunEnd, RunHandle, RunStart, SignalRecorder } from "@headway/core/signals";
import { PRIORITY_DEFAULT } from "@headway/core/signals";
import { callContext, runInContext } from "../call-context.ts";
import type { CallContext } from "../call-context.ts";
import type { Clock } from "../clock.ts";
import { aNumber } from "../config-range.ts";
import type { Admission, Visit } from "../gate/admission.ts";
import type { DecisionTable, Place } from "../gate/decision-table.ts";
import { NotNow } from "../not-now.ts";
import { activeSpanIds } from "../otel-global.ts";
import { OK } from "../outcome/classification.ts";
import type { Classification } from "../outcome/classification.ts";
import { classifyError, classifyValue } from "../outcome/classify.ts";
import { believedMs } from "../outcome/retry-after.ts";
import { baggagePriority } from "../priority-baggage.ts";
import { awaitAdmission } from "./await-admission.ts";
import type { CallOptions, Settled } from "./call-options.ts";
import { heldAt, letGo, underWay } from "./held-place.ts";
import type { HeldPlace } from "./held-place.ts";
import type { LoopDigest } from "./loop-digest.ts";

export interface CallRunnerOptions {
  readonly recorder: SignalRecorder;
  readonly table: DecisionTable;
  readonly clock: Clock;
  /** Who calls where nothing else says. */
  readonly agent: string | undefined;
  readonly waitMs: number;
  /** Compares calls' arguments; undefined where the team has not asked for it, and they are not touched. */
  readonly loopDigest: LoopDigest | undefined;
  /** Told what a decision did to a call. */
  readonly onApplied: (dependency: string, admission: Admission) => void;
  /** An attempt failed: the window may have turned bad. */
  readonly onFailure: (nowMs: number) => void;
}

/** An attempt under way, the context that what it calls inherits, and the place that it holds: one object for all. */
interface OpenAttempt extends CallContext, HeldPlace {
  readonly run: RunHandle;
  readonly options: CallOptions;
  readonly startMs: number;
  held: HeldPlace | undefined;
}

const END_OK: RunEnd = { outcome: "ok" };
const FAILED: Classification = { outcome: "error" };

/** Runs calls: through the gate, measured, and in a context that what they call inherits. */
export class CallRunner {
  readonly #options: CallRunnerOptions;

  constructor(options: CallRunnerOptions) {
    this.#options = options;
  }

  /**
   * Runs `fn` when its turn has come.
   * @throws NotNow where it may not go within its bounds; the signal's reason where that is aborted while it waits.
   */
  run<T>(options: CallOptions, fn: () => PromiseLike<T> | T): Promise<T> {
    const place = this.#options.table.at(options.dependency);
    const context = callContext();
    // The common path: nothing is known that could limit the call, so it is only measured.
    if (place === undefined || (place.gate.isOpen && place.room.length === 0)) {
      const attempt = this.#begin(options, context, place, undefined, false);
      place?.gate.enter(attempt.startMs);
      return this.#settle(attempt, fn);
    }
    return this.#runGuarded(place, options, context, fn);
  }

  /** Measures `fn` as one call whose attempts `fn` runs itself, each through the gate. */
  runAround<T>(options: CallOptions, fn: () => Promise<T>): Promise<T> {
    return this.#settle(this.#begin(options, callContext(), undefined, undefined, false), fn);
  }

  /** Longest wait that a call asks for. */
  waitMsOf({ waitMs }: CallOptions): number {
    return waitMs ?? this.#options.waitMs;
  }

  priorityOf(options: { readonly priority?: Priority }, context = callContext()): Priority {
    return options.priority ?? context?.priority ?? baggagePriority() ?? PRIORITY_DEFAULT;
  }

  agentOf(options: { readonly agent?: string }, context = callContext()): string | undefined {
    return options.agent ?? context?.agent ?? this.#options.agent;
  }

  /** What became of an attempt that ended so. */
  classify(options: CallOptions, settled: Settled): Classification {
    return "error" in settled
      ? this.#classify(options, true, settled.error)
      : this.#classify(options, false, settled.value);
  }

  async #runGuarded<T>(
    place: Place,
    options: CallOptions,
    context: CallContext | undefined,
    fn: () => PromiseLike<T> | T,
  ): Promise<T> {
    const held = heldAt(context?.held, place);
    const visit = this.#visitOf(options, context, held);
    const admission = await this.#admission(place, visit, options, context);
    this.#options.onApplied(options.dependency, admission);
    if (!admission.admitted) throw new NotNow({ dependency: options.dependency, ...admission });
    const lender = admission.isBorrowed ? held : undefined;
    return this.#settle(this.#begin(options, context, place, lender, admission.isProbe), fn);
  }

  /** While it waits, nothing of the call around it is in flight, though its span has begun. */
  async #admission(
    { room }: Place,
    visit: Visit,
    { dependency, signal }: CallOptions,
    context: CallContext | undefined,
  ): Promise<Admission> {
    const { recorder, clock } = this.#options;
    const { priority } = visit.caller;
    const start = { dependency, priority, ...parentOf(context?.run, activeSpanIds()) };
    const wait = recorder.waitStarted(start, clock.now());
    let isAdmitted = false;
    try {
      const admission = await awaitAdmission(room, visit, clock.now(), signal);
      isAdmitted = admission.admitted;
      return admission;
    } finally {
      recorder.waitEnded(wait, isAdmitted, clock.now());
    }
  }

  /** With a `place`, the attempt has it: by the gate, or from its `lender`. */
  #begin(
    options: CallOptions,
    context: CallContext | undefined,
    place: Place | undefined,
    lender: HeldPlace | undefined,
    isProbe: boolean,
  ): OpenAttempt {
    const { recorder, clock } = this.#options;
    const startMs = clock.now();
    const around = context === undefined ? undefined : underWay(context.held);
    const attempt: OpenAttempt = {
      agent: options.agent ?? context?.agent,
      workflow: options.workflow ?? context?.workflow,
      priority: options.priority ?? context?.priority,
      run: recorder.runStarted(this.#startOf(options, context), startMs),
      held: around,
      options,
      startMs,
      place,
      isProbe,
      lender,
      around,
      isOpen: true,
      isLent: false,
    };
    if (place !== undefined) attempt.held = attempt;
    return attempt;
  }

  #settle<T>(attempt: OpenAttempt, fn: () => PromiseLike<T> | T): Promise<T> {
    let result: PromiseLike<T> | T;
    try {
      result = runInContext(attempt, fn);
    } catch (error) {
      this.#end(attempt, this.#classify(attempt.options, true, error));
      return Promise.reject(error);
    }
    // The derived promise is what the caller gets: a rejection that nobody handles stays visible as one.
    return Promise.resolve(result).then(
      (value) => {
        this.#end(attempt, this.#classify(attempt.options, false, value));
        return value;
      },
      (error: unknown) => {
        this.#end(attempt, this.#classify(attempt.options, true, error));
        throw error;
      },
    );
  }

  #end(attempt: OpenAttempt, classification: Classification): void {
    const { run, startMs, place, lender } = attempt;
    const endMs = this.#options.clock.now();
    const isOk = classification.outcome === "ok";
    this.#options.recorder.runEnded(run, isOk ? END_OK : endOf(classification), endMs);
    if (place !== undefined) {
      if (isOk && lender === undefined) place.gate.serviceTime.record(endMs - startMs);
      if (classification.outcome === "throttled") place.gate.rest(endMs);
      letGo(attempt, endMs);
    }
    if (!isOk) this.#options.onFailure(endMs);
  }

  /** What is looked at is the application's, getters and all: whatever it throws must not replace the call's own result. */
  #classify(options: CallOptions, hasFailed: boolean, what: unknown): Classification {
    const own = ownClassification(options, hasFailed, what);
    if (own !== undefined) return own;
    if (!hasFailed && (typeof what !== "object" || what === null)) return OK;
    try {
      const nowMs = this.#options.clock.now();
      return hasFailed ? classifyError(what, nowMs) : classifyValue(what, nowMs);
    } catch {
      return hasFailed ? FAILED : OK;
    }
  }

  #startOf(options: CallOptions, context: CallContext | undefined): RunStart {
    const { dependency, operation } = options;
    const priority = this.priorityOf(options, context);
    const agent = this.agentOf(options, context);
    const workflow = options.workflow ?? context?.workflow;
    const parent = context?.run;
    // The span around the call covers the same attempt, so it must be found to be counted once.
    const span = activeSpanIds();
    const digest = this.#options.loopDigest?.of(options.args);
    // The common case first: an object of two fields costs a tenth of one that is spread together.
    const isPlain = operation === undefined && workflow === undefined && digest === undefined;
    if (isPlain && parent === undefined && span === undefined) {
      return agent === undefined ? { dependency, priority } : { dependency, priority, agent };
    }
    return {
      dependency,
      priority,
      ...(operation !== undefined && { operation }),
      ...(agent !== undefined && { agent }),
      ...(workflow !== undefined && { workflow }),
      ...(digest !== undefined && { digest }),
      ...parentOf(parent, span),
    };
  }

  #visitOf(
    options: CallOptions,
    context: CallContext | undefined,
    held: HeldPlace | undefined,
  ): Visit {
    aNumber("waitMs", options.waitMs);
    aNumber("deadlineMs", options.deadlineMs);
    const nowMs = this.#options.clock.now();
    const agent = this.agentOf(options, context);
    return {
      caller: { priority: this.priorityOf(options, context), agent },
      fairnessKey: options.fairnessKey ?? agent ?? "",
      waitMs: this.waitMsOf(options),
      deadlineAtMs: nowMs + (options.deadlineMs ?? Number.POSITIVE_INFINITY),
      held,
    };
  }
}

/** What the application says of it; undefined where it says nothing, or fails to. */
function ownClassification(
  { classify }: CallOptions,
  hasFailed: boolean,
  what: unknown,
): Classification | undefined {
  if (classify === undefined) return undefined;
  try {
    const own = classify(hasFailed ? { error: what } : { value: what });
    if (own === undefined) return undefined;
    const { retryAfterMs: toldMs, ...rest } = own;
    const retryAfterMs = believedMs(toldMs);
    return retryAfterMs === undefined ? rest : { ...rest, retryAfterMs };
  } catch {
    return undefined;
  }
}

function parentOf(
  parent: RunHandle | undefined,
  span: ReturnType<typeof activeSpanIds>,
): Pick<RunStart, "parent" | "traceId" | "parentSpanId"> {
  return {
    ...(parent !== undefined && { parent }),
    ...(span !== undefined && { traceId: span.traceId, parentSpanId: span.spanId }),
  };
}

function endOf({ outcome, retryAfterMs, throttle }: Classification): RunEnd {
  if (outcome !== "throttled") return { outcome };
  return {
    outcome,
    ...(retryAfterMs === undefined ? undefined : { retryAfterMs }),
    ...(throttle === undefined ? undefined : { throttle }),
  };
}
