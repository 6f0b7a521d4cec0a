import type { Decision, Random } from "@headway/core";
import type { Priority, SignalRecorder } from "@headway/core/signals";
import { callContext, withContext } from "./call-context.ts";
import type { InheritedContext } from "./call-context.ts";
import type { Clock } from "./clock.ts";
import { aNumber, atLeast } from "./config-range.ts";
import type { Coordinator } from "./coordinator.ts";
import type { Events, HeadwayEvents, Listener } from "./events.ts";
import type { DecisionTable, Place } from "./gate/decision-table.ts";
import { NotNow } from "./not-now.ts";
import { withPriority } from "./priority-baggage.ts";
import { RetryBudget } from "./retry/retry-budget.ts";
import type { NotBefore } from "./retry/next-retry.ts";
import { retryWithin } from "./retry/retry.ts";
import type { Attempted } from "./retry/retry.ts";
import type { CallOptions, CheckOptions, CheckVerdict, TryResult } from "./run/call-options.ts";
import type { CallRunner } from "./run/call-runner.ts";
import { fanOut } from "./run/fan-out.ts";
import { SIGNAL_SOURCE } from "./signal-source.ts";
import type { HasSignalSource, SignalSource } from "./signal-source.ts";

export interface MapOptions extends CallOptions {
  /** Most calls under way at once. Default: no bound but the fleet's decision. */
  readonly concurrency?: number;
}

export interface RetryOptions extends CallOptions {
  /** Attempts, the first one included. Default 3. */
  readonly attemptsMax?: number;
}

/** What the hook is made of. */
export interface HeadwayParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly recorder: SignalRecorder;
  readonly table: DecisionTable;
  readonly runner: CallRunner;
  readonly coordinator: Coordinator;
  readonly events: Events;
  readonly comparesArguments: boolean;
}

/** What retrying one dependency may cost, and when it may start again; one for all calls of the process. */
interface RetryState {
  readonly budget: RetryBudget;
  readonly notBefore: NotBefore;
}

const PROCEED: CheckVerdict = Object.freeze({ action: "proceed", retryAfterMs: 0, decision: null });
const ATTEMPTS_MAX = 3;
const CLOSE_MS_MAX = 1_000;

/**
 * The hook: stands between an agent and what it calls. Sees how calls go, and holds them back where the fleet has decided so.
 * Where nothing is known, or the service is silent, everything goes out at once.
 */
export class Headway implements AsyncDisposable, HasSignalSource {
  /** @internal For the span processor: a span and a run that cover the same attempt are counted once. */
  readonly [SIGNAL_SOURCE]: SignalSource;
  /** `loopDigest` is on: calls may hand their arguments over. */
  readonly comparesArguments: boolean;
  readonly #parts: HeadwayParts;
  readonly #retries = new WeakMap<Place, RetryState>();
  #closing: Promise<void> | undefined;

  /** @internal Made by `createHeadway`. */
  constructor(parts: HeadwayParts) {
    this.#parts = parts;
    this.comparesArguments = parts.comparesArguments;
    this[SIGNAL_SOURCE] = signalSource(parts);
    parts.coordinator.start();
  }

  /**
   * What to do now about one dependency. Synchronous, no I/O, takes no place: for code that decides by itself. Where the action
   * is `defer` or `hold`, `retryAfterMs` says when to ask again; for callers that come back by it, it is already spread.
   */
  check(dependency: string, options?: CheckOptions): CheckVerdict {
    const place = this.#parts.table.at(dependency);
    return place === undefined || place.gate.isOpen ? PROCEED : this.#judge(place, options ?? {});
  }

  /**
   * Runs `fn` as one call: at once, or when its turn comes.
   *
   * @throws {NotNow} where it may not go within `waitMs` or before its deadline; nothing has been sent then. Whatever `fn`
   * throws, and the signal's reason where that is aborted during the wait, comes through as it is.
   */
  run<T>(options: CallOptions, fn: () => PromiseLike<T> | T): Promise<T> {
    return this.#parts.runner.run(options, fn);
  }

  /** Like `run`, but a refusal is a value. */
  async tryRun<T>(options: CallOptions, fn: () => PromiseLike<T> | T): Promise<TryResult<T>> {
    let hasStarted = false;
    try {
      const value = await this.#parts.runner.run(options, () => {
        hasStarted = true;
        return fn();
      });
      return { admitted: true, value };
    } catch (error) {
      // A NotNow from inside `fn` is about something that `fn` called.
      if (hasStarted || !(error instanceof NotNow)) throw error;
      const { decision, retryAfterMs } = error;
      return { admitted: false, decision, retryAfterMs };
    }
  }

  /**
   * Calls one dependency for each item, no more of them at once than the fleet's decision allows one parent; the results are in
   * the items' order. Rejects with the first failure and starts nothing more then.
   */
  async map<I, O>(
    items: Iterable<I>,
    options: MapOptions,
    fn: (item: I, index: number) => PromiseLike<O> | O,
  ): Promise<O[]> {
    atLeast("concurrency", options.concurrency, 1);
    const { runner, table } = this.#parts;
    const place = table.at(options.dependency);
    const widthNow = (): number =>
      Math.min(options.concurrency ?? Number.POSITIVE_INFINITY, this.#width(place, options));
    return fanOut(items, (item, index) => runner.run(options, () => fn(item, index)), {
      widthNow,
      signal: options.signal,
    });
  }

  /**
   * Runs `fn`, and again where it failed in a way that may pass, as often as the fleet's decision, this process' retry budget
   * and the deadline allow. Each attempt waits for its own turn; all of them are one call.
   *
   * @throws what the last attempt threw; `NotNow` where an attempt may not go out.
   */
  async retry<T>(options: RetryOptions, fn: (attempt: number) => PromiseLike<T> | T): Promise<T> {
    atLeast("attemptsMax", options.attemptsMax, 1);
    aNumber("waitMs", options.waitMs);
    aNumber("deadlineMs", options.deadlineMs);
    const { clock, random, runner } = this.#parts;
    const place = this.#parts.table.at(options.dependency);
    const state = this.#retryState(place);
    const deadlineAtMs = clock.now() + (options.deadlineMs ?? Number.POSITIVE_INFINITY);
    const plan = {
      attemptsMax: options.attemptsMax ?? ATTEMPTS_MAX,
      ...state,
      retriesAllowed: () => this.#retriesAllowed(place, options),
      deadlineAtMs,
      waitMs: runner.waitMsOf(options),
      signal: options.signal,
      clock,
      random,
    };
    return runner.runAround(options, () =>
      retryWithin(plan, (attempt) => {
        const deadlineMs = deadlineAtMs - clock.now();
        // The call has them already.
        return this.#attempt({ ...options, args: undefined, deadlineMs }, () => fn(attempt));
      }),
    );
  }

  /** Runs `fn` so that all Headway calls in it inherit the agent, the workflow or the priority. */
  withContext<T>(inherited: InheritedContext, fn: () => T): T {
    return withContext(inherited, fn);
  }

  /** Runs `fn` at a priority that calls inherit, across processes too where OpenTelemetry propagates baggage. */
  withPriority<T>(priority: Priority, fn: () => T): T {
    return withPriority(priority, fn);
  }

  /** Listens; returns what stops it. */
  on<K extends keyof HeadwayEvents>(name: K, listener: Listener<K>): () => void {
    return this.#parts.events.on(name, listener);
  }

  /** Hands the last signals over, for at most a second, and lets go of everything. Calls go out unguarded from then on. */
  close(): Promise<void> {
    const { table, clock, coordinator } = this.#parts;
    this.#closing ??= coordinator.close(CLOSE_MS_MAX);
    table.setStale(true, clock.now());
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #judge(place: Place, options: CheckOptions): CheckVerdict {
    const { runner, random, clock } = this.#parts;
    const caller = { priority: runner.priorityOf(options), agent: runner.agentOf(options) };
    const nowMs = clock.now();
    const judgement = place.gate.judge(caller, random(), nowMs);
    const decision = judgement.decision ?? judgement.advised;
    if (judgement.goes) {
      const action = judgement.decision?.action === "shape" ? "shape" : "proceed";
      return { action, retryAfterMs: 0, decision };
    }
    const action = judgement.decision?.action ?? "defer";
    const retryAfterMs = Math.max(1, judgement.retryAtMs - nowMs);
    // A place that is taken is a matter of moments: the caller is to come back, whatever the shape is.
    return { action: action === "shape" ? "defer" : action, retryAfterMs, decision };
  }

  #width(place: Place | undefined, options: CheckOptions): number {
    const decision = this.#decisionFor(place, options);
    const nowMs = this.#parts.clock.now();
    const share = place?.gate.limitAt(nowMs) ?? Number.POSITIVE_INFINITY;
    return Math.min(decision?.shape?.fanOut ?? Number.POSITIVE_INFINITY, share);
  }

  #retriesAllowed(place: Place | undefined, options: CheckOptions): number {
    return this.#decisionFor(place, options)?.shape?.retries ?? Number.POSITIVE_INFINITY;
  }

  #decisionFor(place: Place | undefined, options: CheckOptions): Decision | null {
    const { runner, clock } = this.#parts;
    const caller = { priority: runner.priorityOf(options), agent: runner.agentOf(options) };
    return place?.gate.decisionFor(caller, clock.now()) ?? null;
  }

  #retryState(place: Place | undefined): RetryState {
    const fresh = { budget: new RetryBudget(), notBefore: { atMs: Number.NEGATIVE_INFINITY } };
    if (place === undefined) return fresh;
    const state = this.#retries.get(place) ?? fresh;
    this.#retries.set(place, state);
    return state;
  }

  async #attempt<T>(options: CallOptions, fn: () => PromiseLike<T> | T): Promise<Attempted<T>> {
    const { runner } = this.#parts;
    try {
      const value = await runner.run(options, fn);
      return { ok: true, value, classification: runner.classify(options, { value }) };
    } catch (error) {
      return { ok: false, error, classification: runner.classify(options, { error }) };
    }
  }
}

function signalSource({ recorder, clock, coordinator }: HeadwayParts): SignalSource {
  return {
    recorder,
    now: clock.now,
    currentRun: () => callContext()?.run,
    flushIfUrgent: (nowMs) => coordinator.flushIfUrgent(nowMs),
    flush: (timeoutMs) => coordinator.flush(timeoutMs),
    close: (timeoutMs) => coordinator.flush(timeoutMs),
  };
}
