import type { Attempt, Call } from "./attempt.ts";
import { LoneRun } from "./lone-run.ts";
import type { Outcome } from "./outcome.ts";
import type { RunStart } from "./run.ts";
import { RunRoutes, type RunRoute } from "./run-route.ts";
import type { SignalWindow } from "./signal-window.ts";
import type { TraceState, Trail } from "./traces.ts";

export interface LoneRunsOptions {
  readonly window: SignalWindow;
  /** The unit of work that runs without one are put in order in. */
  readonly trace: TraceState;
  /** Open at one time. */
  readonly limit: number;
  readonly routesMax: number;
  /** Told of each call that ends, for repetitions. */
  readonly observeRepeat: (trail: Trail, step: EndedStep) => void;
  readonly onAttempt: ((attempt: Attempt) => void) | undefined;
  readonly onCall: ((call: Call) => void) | undefined;
}

/** A call that has ended, as a step of what its agent does. */
export interface EndedStep {
  readonly dependency: string;
  readonly agent: string;
  readonly symbol: string;
  readonly digest: number;
  readonly outcome: Outcome;
  readonly startMs: number;
  readonly durationMs: number;
}

/**
 * The short way of what is most common: a hook run with nothing above and nothing below it that ends well. It is one call of
 * one attempt, so it is counted as the tree would count it, without being put there. Whatever turns out otherwise leaves
 * for the tree: when something begins below it, and when it ends in any other way.
 *
 * The open ones are a linked list, oldest first: starting and ending one allocates nothing but the run itself.
 */
export class LoneRuns {
  readonly #options: LoneRunsOptions;
  readonly #routes: RunRoutes;
  #oldest: LoneRun | undefined;
  #newest: LoneRun | undefined;
  #size = 0;

  constructor(options: LoneRunsOptions) {
    this.#options = options;
    this.#routes = new RunRoutes(options.window, options.trace, options.routesMax);
  }

  routeOf(start: RunStart, agent: string): RunRoute {
    return this.#routes.of(start, agent);
  }

  start(route: RunRoute, start: RunStart, nowMs: number, seq: number): LoneRun {
    const run = new LoneRun(route, start, nowMs, seq);
    this.#routes.count(route);
    const newest = this.#newest;
    run.older = newest;
    if (newest === undefined) this.#oldest = run;
    else newest.newer = run;
    this.#newest = run;
    this.#size += 1;
    return run;
  }

  /** It has ended well. */
  end(run: LoneRun, nowMs: number): void {
    this.remove(run);
    run.isEnded = true;
    const { route, digest, startMs } = run;
    const durationMs = Math.max(0, nowMs - startMs);
    const { agent, symbol } = route;
    const { dependency, operation } = route.identity;
    this.#routes.cellOf(route).wholeCallEnded(durationMs, operation);
    this.#options.observeRepeat(this.#routes.trailOf(route), {
      dependency,
      agent,
      symbol,
      digest,
      outcome: "ok",
      startMs,
      durationMs,
    });
    if (this.#options.onAttempt !== undefined || this.#options.onCall !== undefined)
      this.#tell(run, durationMs);
  }

  /** From here on it is the tree's, or nobody's. */
  remove(run: LoneRun): void {
    const { older, newer } = run;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    run.older = undefined;
    run.newer = undefined;
    this.#size -= 1;
  }

  /** The oldest gives way where there are too many. Whether one did. */
  giveUpOverfull(): boolean {
    return this.#size > this.#options.limit && this.#giveUpOldest();
  }

  /** The oldest is given up on where it is open for too long. Whether it was. */
  giveUpIdle(nowMs: number, idleMs: number): boolean {
    const oldest = this.#oldest;
    return oldest !== undefined && nowMs - oldest.startMs >= idleMs && this.#giveUpOldest();
  }

  *[Symbol.iterator](): IterableIterator<LoneRun> {
    let run = this.#oldest;
    while (run !== undefined) {
      const { newer } = run;
      yield run;
      run = newer;
    }
  }

  #giveUpOldest(): boolean {
    const oldest = this.#oldest;
    if (oldest === undefined) return false;
    this.remove(oldest);
    oldest.isEnded = true;
    return true;
  }

  #tell({ route, priority, startMs }: LoneRun, durationMs: number): void {
    const { dependency, operation } = route.identity;
    const { agent } = route;
    const outcome = "ok" as const;
    const call = { dependency, operation, agent, priority, startMs, durationMs, outcome };
    this.#options.onAttempt?.({ ...call, throttle: undefined, isRetry: false });
    this.#options.onCall?.(call);
  }
}
