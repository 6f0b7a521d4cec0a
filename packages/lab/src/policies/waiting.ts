import { BinaryHeap } from "../simulation/binary-heap.ts";
import type { Attempt, Passage } from "./policy.ts";

export interface Waiter {
  readonly attempt: Attempt;
  readonly passage: Passage;
}

interface Entry extends Waiter {
  readonly order: number;
  isGone: boolean;
}

/**
 * Attempts that wait for their turn: the most urgent priority first, within it the earliest deadline, then who came first. A
 * binary heap; what is withdrawn stays in it until it comes to the top. One past its deadline is never handed out: its caller
 * withdraws it in the same instant and wants no word.
 */
export class Waiting {
  readonly #heap = new BinaryHeap(isBefore);
  readonly #entries = new Map<Attempt, Entry>();
  #order = 0;

  /** How many wait. */
  get size(): number {
    return this.#entries.size;
  }

  add(attempt: Attempt, passage: Passage): void {
    const entry = { attempt, passage, order: this.#order, isGone: false };
    this.#order += 1;
    this.#entries.set(attempt, entry);
    this.#heap.add(entry);
  }

  /** Whether it was there. */
  remove(attempt: Attempt): boolean {
    const entry = this.#entries.get(attempt);
    if (entry === undefined) return false;
    entry.isGone = true;
    return this.#entries.delete(attempt);
  }

  /** The first in turn; it stays. */
  first(nowMs: number): Waiter | undefined {
    for (let top = this.#heap.first; top !== undefined; top = this.#heap.first) {
      if (!top.isGone && top.attempt.deadlineMs > nowMs) return top;
      this.#entries.delete(top.attempt);
      this.#heap.removeFirst();
    }
    return undefined;
  }

  /** The first in turn; it leaves. */
  take(nowMs: number): Waiter | undefined {
    const top = this.first(nowMs);
    if (top === undefined) return undefined;
    this.#entries.delete(top.attempt);
    this.#heap.removeFirst();
    return top;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  const byPriority = a.attempt.priority - b.attempt.priority;
  if (byPriority !== 0) return byPriority < 0;
  const byDeadline = a.attempt.deadlineMs - b.attempt.deadlineMs;
  return byDeadline < 0 || (byDeadline === 0 && a.order < b.order);
}
