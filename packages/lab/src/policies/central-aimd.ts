import type { EventQueue } from "../simulation/event-queue.ts";
import { BoundedGate } from "./bounded-gate.ts";
import { isCutShort, isFailure } from "./failure.ts";
import { centralPolicy } from "./central-policy.ts";
import type { Attempt, AttemptEnd, DependencyFacts, Guard, Passage } from "./policy.ts";

export interface CentralAimdOptions {
  readonly limitInitial: number;
  readonly limitMin: number;
  readonly increase: number;
  readonly decrease: number;
}

const TICK_MS = 1_000;
export const CENTRAL_AIMD: CentralAimdOptions = {
  limitInitial: 48,
  limitMin: 4,
  increase: 4,
  decrease: 0.7,
};

/**
 * One semaphore for the whole fleet, its size found by additive increase and multiplicative decrease once a second:
 *
 *     L = 0.7 L    at a time-out, a throttle or an error, but at most once a second
 *     L = L + 4    after a second without one, in which L was reached;   at least 4, at first 48
 *
 * What finds no place waits in order of priority and deadline. Every call passes it, at no cost. The plain answer to "why not just
 * a shared semaphore". The rule is Chiu and Jain's, the factor CUBIC's; the step and the first limit are chosen, as they have to be
 * for any one provider. The caller's own back-off stays.
 */
export const centralAimd = centralPolicy(
  {
    name: "central-aimd",
    title: "Central AIMD",
    source:
      "Chiu and Jain, Analysis of the Increase and Decrease Algorithms, 1989; factor of RFC 9438 (CUBIC)",
    kind: "central",
  },
  (facts, { events }) => new CentralAimd(CENTRAL_AIMD, events, facts),
);

export class CentralAimd implements Guard {
  readonly #options: CentralAimdOptions;
  readonly #events: EventQueue;
  readonly #facts: DependencyFacts;
  readonly #gate: BoundedGate;
  #hasFailed = false;
  #decreasedMs = Number.NEGATIVE_INFINITY;
  #isReached = false;
  #limit: number;

  constructor(options: CentralAimdOptions, events: EventQueue, facts: DependencyFacts) {
    this.#options = options;
    this.#events = events;
    this.#facts = facts;
    this.#limit = options.limitInitial;
    this.#gate = new BoundedGate(events, () => this.#limit);
    const tick = (): void => {
      this.#increase();
      events.after(TICK_MS, tick);
    };
    events.after(TICK_MS, tick);
  }

  get limit(): number {
    return this.#limit;
  }

  request(attempt: Attempt, passage: Passage): void {
    this.#gate.request(attempt, passage);
    if (this.#gate.inFlight >= Math.floor(this.#limit)) this.#isReached = true;
  }

  withdraw(attempt: Attempt): void {
    this.#gate.withdraw(attempt);
  }

  ended(_attempt: Attempt, end: AttemptEnd): void {
    if (isFailure(end) && !isCutShort(end, this.#facts)) this.#decrease();
    this.#gate.release();
  }

  retryAfter(_attempt: Attempt, _end: AttemptEnd, backoffMs: number): number {
    return backoffMs;
  }

  #decrease(): void {
    this.#hasFailed = true;
    const { nowMs } = this.#events;
    if (nowMs - this.#decreasedMs < TICK_MS) return;
    this.#decreasedMs = nowMs;
    const { limitMin, decrease } = this.#options;
    this.#limit = Math.max(limitMin, this.#limit * decrease);
  }

  #increase(): void {
    if (!this.#hasFailed && this.#isReached) this.#limit += this.#options.increase;
    this.#hasFailed = false;
    this.#gate.pump();
    this.#isReached = this.#gate.inFlight >= Math.floor(this.#limit);
  }
}
