import type { EventQueue } from "../simulation/event-queue.ts";
import type { Attempt, Passage } from "./policy.ts";
import { Waiting } from "./waiting.ts";

/** Lets out as many at a time as a bound allows; the rest wait in order of priority and deadline. */
export class BoundedGate {
  readonly #events: EventQueue;
  readonly #bound: () => number;
  readonly #waiting = new Waiting();
  #inFlight = 0;

  constructor(events: EventQueue, bound: () => number) {
    this.#events = events;
    this.#bound = bound;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  request(attempt: Attempt, passage: Passage): void {
    this.#waiting.add(attempt, passage);
    this.pump();
  }

  withdraw(attempt: Attempt): void {
    this.#waiting.remove(attempt);
  }

  /** An attempt of those that went has ended. */
  release(): void {
    this.#inFlight -= 1;
    this.pump();
  }

  /** To be called when the bound has risen. */
  pump(): void {
    while (this.#inFlight < Math.floor(this.#bound())) {
      const waiter = this.#waiting.take(this.#events.nowMs);
      if (waiter === undefined) return;
      this.#inFlight += 1;
      waiter.passage.go();
    }
  }
}
