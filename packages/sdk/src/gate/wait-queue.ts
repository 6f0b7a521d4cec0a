import type { Priority } from "@headway/core/signals";

export interface WaitRank {
  readonly priority: Priority;
  /** Calls of one key take turns with calls of the others. */
  readonly fairnessKey: string;
  /** When its caller gives up, on the hook's clock; Infinity where it never does. */
  readonly deadlineAtMs: number;
}

interface Place<T> {
  readonly item: T;
  readonly rank: WaitRank;
  /** The key's turn: its n-th waiting call stands behind every other key's (n-1)-th. */
  turn: number;
  readonly arrival: number;
}

/**
 * The calls that wait for one dependency: ordered by priority, then by turns between fairness keys, then by deadline, then
 * by arrival. Turns are start-time fair queueing (Goyal et al., 1996) with unit weights, so an agent with a hundred waiting
 * calls delays another agent's first one by one call, not by a hundred.
 *
 * Turns belong to the key. Of its calls of one priority the one with the earliest deadline has the first, so that a workflow
 * that has begun is finished before another begins; whose turn it is within a key delays no other key.
 *
 * A sorted array: insertion is a binary search and a shift, which at the bounded lengths here costs less than a heap, and
 * the walk in order that a drain needs is free. The price of deadlines: one that comes in before others of its key deals
 * their turns anew, which takes a sort. With 1,000 waiting and deadlines at random that is 0.1 ms, and well under 1 µs
 * where deadlines come in order or nobody has one.
 */
export class WaitQueue<T> {
  readonly #places: Place<T>[] = [];
  readonly #turns = new Map<string, number>();
  #turnNow = 0;
  #arrivals = 0;

  get length(): number {
    return this.#places.length;
  }

  /** The one whose turn comes last. */
  get last(): T | undefined {
    return this.#places.at(-1)?.item;
  }

  add(item: T, rank: WaitRank): void {
    const turn = Math.max(this.#turnNow, this.#turns.get(rank.fairnessKey) ?? 0) + 1;
    this.#turns.set(rank.fairnessKey, turn);
    const place = { item, rank, turn, arrival: this.#arrivals++ };
    const hasMovedOthers = this.#takeTurnByDeadline(place);
    this.#places.splice(this.#positionOf(place), 0, place);
    if (hasMovedOthers) this.#places.sort(compare);
  }

  /** Takes the turn of the first of its key whose deadline is later, which takes the next one's, and so on. Whether others moved on. */
  #takeTurnByDeadline(place: Place<T>): boolean {
    const { priority, fairnessKey, deadlineAtMs } = place.rank;
    let hasMovedOthers = false;
    for (let index = this.#places.length - 1; index >= 0; index -= 1) {
      const other = this.#places[index]!;
      if (other.rank.priority < priority) break;
      if (other.rank.priority > priority || other.rank.fairnessKey !== fairnessKey) continue;
      if (other.rank.deadlineAtMs <= deadlineAtMs) break;
      [place.turn, other.turn] = [other.turn, place.turn];
      hasMovedOthers = true;
    }
    return hasMovedOthers;
  }

  /** Takes out each item that `leaves` says goes; asked in order, once each. `leaves` must not come back to the queue. */
  drain(leaves: (item: T) => boolean): void {
    for (let index = 0; index < this.#places.length;) {
      const place = this.#places[index]!;
      if (leaves(place.item)) this.#removeAt(index, place.turn);
      else index += 1;
    }
  }

  remove(item: T): boolean {
    const index = this.#places.findIndex((place) => place.item === item);
    if (index < 0) return false;
    // A caller that gave up does not move the turns on: nobody was served.
    this.#removeAt(index, this.#turnNow);
    return true;
  }

  #removeAt(index: number, turn: number): void {
    this.#places.splice(index, 1);
    this.#turnNow = Math.max(this.#turnNow, turn);
    if (this.#places.length > 0) return;
    // Empty: nobody has a claim left, and the keys seen so far need not be remembered.
    this.#turns.clear();
    this.#turnNow = 0;
  }

  #positionOf(place: Place<T>): number {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(this.#places[middle]!, place) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function compare(a: Place<unknown>, b: Place<unknown>): number {
  return (
    a.rank.priority - b.rank.priority ||
    a.turn - b.turn ||
    // Subtracting would make NaN of two calls without a deadline.
    Number(a.rank.deadlineAtMs > b.rank.deadlineAtMs) -
      Number(a.rank.deadlineAtMs < b.rank.deadlineAtMs) ||
    a.arrival - b.arrival
  );
}
