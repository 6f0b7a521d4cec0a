import type { Observer, WorkflowFacts } from "../agents/observer.ts";
import type { Attempt, AttemptEnd } from "../policies/policy.ts";

/** Tells two. */
export class PairedObserver implements Observer {
  readonly #first: Observer;
  readonly #second: Observer;

  constructor(first: Observer, second: Observer) {
    this.#first = first;
    this.#second = second;
  }

  workflowStarted(workflow: WorkflowFacts): void {
    this.#first.workflowStarted(workflow);
    this.#second.workflowStarted(workflow);
  }

  workflowEnded(workflow: WorkflowFacts, ok: boolean): void {
    this.#first.workflowEnded(workflow, ok);
    this.#second.workflowEnded(workflow, ok);
  }

  attemptAsked(attempt: Attempt): void {
    this.#first.attemptAsked(attempt);
    this.#second.attemptAsked(attempt);
  }

  attemptWent(attempt: Attempt): void {
    this.#first.attemptWent(attempt);
    this.#second.attemptWent(attempt);
  }

  attemptRefused(attempt: Attempt, end: AttemptEnd): void {
    this.#first.attemptRefused(attempt, end);
    this.#second.attemptRefused(attempt, end);
  }

  attemptWithdrawn(attempt: Attempt): void {
    this.#first.attemptWithdrawn(attempt);
    this.#second.attemptWithdrawn(attempt);
  }

  attemptEnded(attempt: Attempt, end: AttemptEnd, wentMs: number): void {
    this.#first.attemptEnded(attempt, end, wentMs);
    this.#second.attemptEnded(attempt, end, wentMs);
  }
}
