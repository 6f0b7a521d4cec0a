import type { Plant } from "../plant/plant.ts";
import type { AttemptEnd, DependencyFacts, Guard } from "../policies/policy.ts";
import type { EventQueue, Planned } from "../simulation/event-queue.ts";
import { type CallContext, CallTry, type Target } from "./call-try.ts";
import type { Observer } from "./observer.ts";
import type { RetryLayers } from "./retry-layers.ts";

export interface CallerOptions {
  readonly events: EventQueue;
  readonly plant: Plant;
  readonly dependencies: readonly DependencyFacts[];
  /** One for each process. */
  readonly guards: readonly Guard[];
  readonly observer: Observer;
}

/** A call under way. */
export interface OpenCall {
  /** Its caller wants it no more; `done` will not be called. */
  giveUp(): void;
}

const OVER: OpenCall = { giveUp() {} };

/** Makes the calls of all processes, each through its own process' guard. */
export class Caller {
  readonly events: EventQueue;
  readonly guards: readonly Guard[];
  readonly observer: Observer;
  readonly #targets: ReadonlyMap<string, Target>;
  #attempts = 0;
  #calls = 0;

  constructor({ events, plant, dependencies, guards, observer }: CallerOptions) {
    this.events = events;
    this.guards = guards;
    this.observer = observer;
    this.#targets = new Map(
      dependencies.map(({ id, timeoutMs }) => [
        id,
        { dependency: plant.dependencies.get(id)!, timeoutMs },
      ]),
    );
  }

  targetOf(dependency: string): Target {
    return this.#targets.get(dependency)!;
  }

  /** `done` is told once whether a good answer came; it may be told at once. */
  call(
    target: Target,
    context: CallContext,
    layers: RetryLayers,
    done: (ok: boolean) => void,
  ): OpenCall {
    // Repeats and fallbacks come here even when it is too late: with such calls, attempts for each call would look few.
    if (this.events.nowMs >= context.deadlineMs) {
      done(false);
      return OVER;
    }
    this.#calls += 1;
    const call = new Call(this, { target, context, layers, done, id: this.#calls });
    call.try();
    return call;
  }

  nextAttempt(): number {
    this.#attempts += 1;
    return this.#attempts;
  }

  /** Asked for so far. */
  get attempts(): number {
    return this.#attempts;
  }

  get calls(): number {
    return this.#calls;
  }
}

interface CallParts {
  readonly id: number;
  readonly target: Target;
  readonly context: CallContext;
  readonly layers: RetryLayers;
  readonly done: (ok: boolean) => void;
}

class Call implements OpenCall {
  readonly #caller: Caller;
  readonly #parts: CallParts;
  readonly #startedMs: number;
  #tries = 0;
  #try: CallTry | undefined;
  #pause: Planned | undefined;

  constructor(caller: Caller, parts: CallParts) {
    this.#caller = caller;
    this.#parts = parts;
    this.#startedMs = caller.events.nowMs;
  }

  try(): void {
    const { events, guards, observer } = this.#caller;
    const { id, target, context } = this.#parts;
    this.#tries += 1;
    this.#try = new CallTry(
      { events, guard: guards[context.process]!, observer, target },
      {
        id: this.#caller.nextAttempt(),
        call: id,
        number: this.#tries,
        callStartedMs: this.#startedMs,
      },
      context,
      this.#settled,
    );
    this.#try.ask();
  }

  giveUp(): void {
    if (this.#pause) this.#caller.events.cancel(this.#pause);
    this.#try?.abandon();
  }

  readonly #settled = (end: AttemptEnd): void => {
    const { done, context } = this.#parts;
    if (end.outcome === "ok") {
      done(true);
      return;
    }
    const { events } = this.#caller;
    const waitMs = events.nowMs < context.deadlineMs ? this.#waitAfter(end) : undefined;
    // A retry that could begin only when nobody waits any more is none: the call has failed now.
    if (waitMs === undefined || events.nowMs + waitMs >= context.deadlineMs) done(false);
    else this.#pause = events.after(waitMs, () => this.try());
  };

  #waitAfter(end: AttemptEnd): number | undefined {
    const { layers, context } = this.#parts;
    const backoffMs = layers.waitAfter(this.#tries, end);
    if (backoffMs === undefined) return undefined;
    return this.#caller.guards[context.process]!.retryAfter(this.#try!, end, backoffMs);
  }
}
