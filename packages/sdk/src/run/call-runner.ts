import type { Priority, RunEnd, RunHandle, RunStart, SignalRecorder } from "@headway/core/signals";
import { PRIORITY_DEFAULT } from "@headway/core/signals";
import { callContext, runInContext } from "../call-context.ts";
import type { CallContext } from "../call-context.ts";
import type { Clock } from "../clock.ts";
import type { Admission, Visit } from "../gate/admission.ts";
import type { DecisionTable, Place } from "../gate/decision-table.ts";
import { NotNow } from "../not-now.ts";
import { activeSpanIds } from "../otel-global.ts";
import { OK } from "../outcome/classification.ts";
import type { Classification } from "../outcome/classification.ts";
import { classifyError, classifyValue } from "../outcome/classify.ts";
import { baggagePriority } from "../priority-baggage.ts";
import type { CallOptions, Settled } from "./call-options.ts";
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

/** An attempt under way, and at once the context that what it calls inherits: one object for both. */
interface OpenAttempt extends CallContext {
  readonly run: RunHandle;
  readonly options: CallOptions;
  readonly startMs: number;
  /** Where it holds a place; undefined where it needs none. */
  readonly place: Place | undefined;
  readonly isProbe: boolean;
}

const END_OK: RunEnd = { outcome: "ok" };

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
      return this.#measure(place, options, context, fn, false);
    }
    if (context?.isAdmitted === true && context.dependency === options.dependency) {
      return this.#measure(undefined, options, context, fn, false);
    }
    return this.#runGuarded(place, options, context, fn);
  }

  /** Measures `fn` as one call whose attempts `fn` runs itself, each through the gate. */
  runAround<T>(options: CallOptions, fn: () => Promise<T>): Promise<T> {
    const held = { place: undefined, isAdmitted: false, isProbe: false };
    return this.#settle(this.#begin(options, callContext(), held), fn);
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
    const visit = this.#visitOf(options, context);
    const admission = await place.room.admit(visit, this.#options.clock.now());
    this.#options.onApplied(options.dependency, admission);
    if (!admission.admitted) throw new NotNow({ dependency: options.dependency, ...admission });
    return this.#measure(place, options, context, fn, true, admission.isProbe);
  }

  /** `hasEntered`: the room has counted the attempt in already. */
  #measure<T>(
    place: Place | undefined,
    options: CallOptions,
    context: CallContext | undefined,
    fn: () => PromiseLike<T> | T,
    hasEntered: boolean,
    isProbe = false,
  ): Promise<T> {
    const attempt = this.#begin(options, context, { place, isAdmitted: true, isProbe });
    if (!hasEntered) place?.gate.enter(attempt.startMs);
    return this.#settle(attempt, fn);
  }

  #begin(
    options: CallOptions,
    context: CallContext | undefined,
    { place, isAdmitted, isProbe }: Pick<OpenAttempt, "place" | "isAdmitted" | "isProbe">,
  ): OpenAttempt {
    const { recorder, clock } = this.#options;
    const startMs = clock.now();
    return {
      agent: options.agent ?? context?.agent,
      workflow: options.workflow ?? context?.workflow,
      priority: options.priority ?? context?.priority,
      run: recorder.runStarted(this.#startOf(options, context), startMs),
      dependency: options.dependency,
      isAdmitted,
      options,
      startMs,
      place,
      isProbe,
    };
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

  #end({ run, startMs, place, isProbe }: OpenAttempt, classification: Classification): void {
    const endMs = this.#options.clock.now();
    const isOk = classification.outcome === "ok";
    this.#options.recorder.runEnded(run, isOk ? END_OK : endOf(classification), endMs);
    if (place !== undefined) {
      if (isOk) place.gate.serviceTime.record(endMs - startMs);
      place.gate.leave(isProbe);
      if (place.room.length > 0) place.room.drain(endMs);
    }
    if (!isOk) this.#options.onFailure(endMs);
  }

  /** A `classify` of the application that throws must not replace the call's own result. */
  #classify({ classify }: CallOptions, hasFailed: boolean, what: unknown): Classification {
    if (classify !== undefined) {
      try {
        const own = classify(hasFailed ? { error: what } : { value: what });
        if (own !== undefined) return own;
      } catch {
        // As if it were absent.
      }
    }
    if (hasFailed) return classifyError(what, this.#options.clock.now());
    return typeof what === "object" && what !== null
      ? classifyValue(what, this.#options.clock.now())
      : OK;
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
      ...(parent !== undefined && { parent }),
      ...(digest !== undefined && { digest }),
      ...(span !== undefined && { traceId: span.traceId, parentSpanId: span.spanId }),
    };
  }

  #visitOf(options: CallOptions, context: CallContext | undefined): Visit {
    const nowMs = this.#options.clock.now();
    const agent = this.agentOf(options, context);
    return {
      caller: { priority: this.priorityOf(options, context), agent },
      fairnessKey: options.fairnessKey ?? agent ?? "",
      waitMs: options.waitMs ?? this.#options.waitMs,
      deadlineAtMs: nowMs + (options.deadlineMs ?? Number.POSITIVE_INFINITY),
      signal: options.signal,
    };
  }
}

function endOf({ outcome, retryAfterMs, throttle }: Classification): RunEnd {
  if (outcome !== "throttled") return { outcome };
  return {
    outcome,
    ...(retryAfterMs === undefined ? undefined : { retryAfterMs }),
    ...(throttle === undefined ? undefined : { throttle }),
  };
}
