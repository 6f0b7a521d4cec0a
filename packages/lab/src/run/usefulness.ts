import type { Attempt, AttemptEnd } from "../policies/policy.ts";
import { isIn, type Span } from "./span.ts";

/**
 * Which of the attempts that went out within a span were of use: those that gave their call its good answer. One made for another
 * attempt, by the dependency that serves it, is of use if that one was; so its worth is known only when that one has ended.
 */
export class Usefulness {
  readonly #span: Span;
  /** Good attempts made for one that is open. What comes for one that has ended is lost, and its entry with the attempt. */
  readonly #below = new WeakMap<Attempt, number>();
  /** False as long as no dependency has called another: looking up every attempt would be most of what this costs. */
  #hasBelow = false;
  #useful = 0;
  attempts = 0;

  constructor(span: Span) {
    this.#span = span;
  }

  ended(attempt: Attempt, { outcome }: AttemptEnd, wentMs: number): void {
    if (outcome !== "ok") return;
    const own = isIn(this.#span, wentMs) ? 1 : 0;
    const { parent } = attempt;
    const worth = own + this.#takeBelow(attempt);
    if (parent === undefined) this.#useful += worth;
    else if (worth > 0) {
      this.#hasBelow = true;
      this.#below.set(parent, worth + (this.#below.get(parent) ?? 0));
    }
  }

  went(nowMs: number): void {
    if (isIn(this.#span, nowMs)) this.attempts += 1;
  }

  get wasted(): number {
    return this.attempts - this.#useful;
  }

  get wastedShare(): number {
    return this.attempts === 0 ? 0 : this.wasted / this.attempts;
  }

  #takeBelow(attempt: Attempt): number {
    const worth = this.#hasBelow ? (this.#below.get(attempt) ?? 0) : 0;
    if (worth > 0) this.#below.delete(attempt);
    return worth;
  }
}
