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
  readonly #heap: Entry[] = [];
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
    this.#rise(entry);
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
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (!top.isGone && top.attempt.deadlineMs > nowMs) return top;
      this.#entries.delete(top.attempt);
      this.#removeTop();
    }
    return undefined;
  }

  /** The first in turn; it leaves. */
  take(nowMs: number): Waiter | undefined {
    const top = this.first(nowMs);
    if (top === undefined) return undefined;
    this.#entries.delete(top.attempt);
    this.#removeTop();
    return top;
  }

  #rise(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent]!;
      if (!isBefore(entry, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  #removeTop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    const { length } = heap;
    if (length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      const below = heap[child]!;
      if (!isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  const byPriority = a.attempt.priority - b.attempt.priority;
  if (byPriority !== 0) return byPriority < 0;
  const byDeadline = a.attempt.deadlineMs - b.attempt.deadlineMs;
  return byDeadline < 0 || (byDeadline === 0 && a.order < b.order);
}
