import type { Priority } from "@headway/core/signals";
import type { Dependency, Answer, Sent, ServiceRequest } from "../plant/plant.ts";
import type { Attempt, AttemptEnd, Guard, Passage } from "../policies/policy.ts";
import type { EventQueue, Planned } from "../simulation/event-queue.ts";
import type { Observer } from "./observer.ts";

/**
 * Who has somewhere else to go waits no longer than this for leave, whoever keeps it waiting. With models that take half a second
 * Headway's fleet has 81.7, 85.0 and 82.1 good a second with 0.5, 2 and 5 s.
 */
export const WAIT_MS_WITH_FALLBACK = 2_000;

/** What is called, and how long its callers wait. */
export interface Target {
  readonly dependency: Dependency;
  readonly timeoutMs: number;
}

/** Who calls, what for and until when: the same for all tries of a call. */
export interface CallContext {
  readonly process: number;
  readonly agent: string;
  readonly workflow: number;
  readonly operation: string;
  readonly priority: Priority;
  readonly deadlineMs: number;
  readonly parent: Attempt | undefined;
  /** Its caller has somewhere else to go. */
  readonly hasFallback?: boolean;
}

/** One try of a call: asks its guard, goes to the dependency, gives up at its time-out. It is told of its end exactly once. */
export class CallTry implements Attempt, ServiceRequest, Passage {
  readonly id: number;
  readonly dependency: string;
  readonly process: number;
  readonly client: number;
  readonly agent: string;
  readonly workflow: number;
  readonly call: number;
  readonly operation: string;
  readonly priority: Priority;
  readonly number: number;
  readonly callStartedMs: number;
  readonly askedMs: number;
  readonly deadlineMs: number;
  readonly parent: Attempt | undefined;
  readonly hasFallback: boolean;
  readonly #events: EventQueue;
  readonly #guard: Guard;
  readonly #observer: Observer;
  readonly #target: Target;
  readonly #settled: (end: AttemptEnd) => void;
  #state: "new" | "waiting" | "out" | "over" = "new";
  #wentMs = 0;
  #timer: Planned | undefined;
  #sent: Sent | undefined;

  constructor(
    { events, guard, observer, target }: TryWorld,
    identity: TryIdentity,
    context: CallContext,
    settled: (end: AttemptEnd) => void,
  ) {
    this.id = identity.id;
    this.call = identity.call;
    this.number = identity.number;
    this.callStartedMs = identity.callStartedMs;
    this.askedMs = events.nowMs;
    this.dependency = target.dependency.id;
    this.process = context.process;
    this.client = context.process;
    this.agent = context.agent;
    this.workflow = context.workflow;
    this.operation = context.operation;
    this.priority = context.priority;
    this.deadlineMs = context.deadlineMs;
    this.parent = context.parent;
    this.hasFallback = context.hasFallback ?? false;
    this.#events = events;
    this.#guard = guard;
    this.#observer = observer;
    this.#target = target;
    this.#settled = settled;
  }

  ask(): void {
    this.#observer.attemptAsked(this);
    this.#guard.request(this, this);
    if (this.#state !== "new") return;
    this.#state = "waiting";
    const patienceMs = this.hasFallback ? WAIT_MS_WITH_FALLBACK : Number.POSITIVE_INFINITY;
    const untilMs = Math.min(this.deadlineMs, this.askedMs + patienceMs);
    this.#timer = this.#events.at(untilMs, () => this.#expireWaiting());
  }

  // Arrow functions: a guard may keep them and say so later.
  readonly go = (): void => {
    if (this.#state === "out" || this.#state === "over") return;
    this.#stopTimer();
    this.#state = "out";
    const { nowMs } = this.#events;
    this.#wentMs = nowMs;
    this.#observer.attemptWent(this);
    const giveUpMs = Math.min(nowMs + this.#target.timeoutMs, this.deadlineMs);
    this.#timer = this.#events.at(giveUpMs, () => this.#expireOut());
    this.#sent = this.#target.dependency.request(this, this.#answered);
  };

  readonly refuse = (retryAfterMs?: number): void => {
    if (this.#state === "out" || this.#state === "over") return;
    this.#stopTimer();
    this.#state = "over";
    const end: AttemptEnd =
      retryAfterMs === undefined
        ? { outcome: "refused", latencyMs: 0 }
        : { outcome: "refused", latencyMs: 0, retryAfterMs };
    this.#observer.attemptRefused(this, end);
    this.#settled(end);
  };

  /** Nobody wants the answer any more; nothing is said of it to its call. */
  abandon(): void {
    if (this.#state === "waiting") this.#withdraw();
    else if (this.#state === "out") {
      this.#sent?.giveUp();
      this.#end({ outcome: "cancelled", latencyMs: this.#events.nowMs - this.#wentMs });
    }
  }

  readonly #answered = ({ outcome, retryAfterMs }: Answer): void => {
    if (this.#state !== "out") return;
    const latencyMs = this.#events.nowMs - this.#wentMs;
    const end: AttemptEnd =
      retryAfterMs === undefined ? { outcome, latencyMs } : { outcome, latencyMs, retryAfterMs };
    this.#end(end);
    this.#settled(end);
  };

  #expireOut(): void {
    this.#sent?.giveUp();
    const end: AttemptEnd = { outcome: "timeout", latencyMs: this.#events.nowMs - this.#wentMs };
    this.#end(end);
    this.#settled(end);
  }

  #expireWaiting(): void {
    this.#withdraw();
    this.#settled({ outcome: "refused", latencyMs: 0 });
  }

  #withdraw(): void {
    this.#stopTimer();
    this.#state = "over";
    this.#observer.attemptWithdrawn(this);
    this.#guard.withdraw(this);
  }

  #end(end: AttemptEnd): void {
    this.#stopTimer();
    this.#state = "over";
    this.#observer.attemptEnded(this, end, this.#wentMs);
    this.#guard.ended(this, end);
  }

  #stopTimer(): void {
    if (this.#timer) this.#events.cancel(this.#timer);
  }
}

export interface TryWorld {
  readonly events: EventQueue;
  readonly guard: Guard;
  readonly observer: Observer;
  readonly target: Target;
}

export interface TryIdentity {
  readonly id: number;
  readonly call: number;
  readonly number: number;
  readonly callStartedMs: number;
}
