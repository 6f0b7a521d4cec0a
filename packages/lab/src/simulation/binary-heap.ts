/**
 * A binary heap: what comes before all else is first. `isBefore` must be a total order; then how the heap lies in memory never shows
 * in a result.
 */
export class BinaryHeap<T> {
  readonly #isBefore: (a: T, b: T) => boolean;
  #items: T[] = [];

  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore;
  }

  get size(): number {
    return this.#items.length;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  add(item: T): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent]!;
      if (!this.#isBefore(item, above)) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
  }

  removeFirst(): void {
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) this.#sink(last, 0);
  }

  /** Keeps these and makes a heap of them again, from the bottom up (Floyd), in linear time. */
  keep(isKept: (item: T) => boolean): void {
    this.#items = this.#items.filter(isKept);
    for (let at = (this.#items.length >> 1) - 1; at >= 0; at -= 1) this.#sink(this.#items[at]!, at);
  }

  /** Puts it at this place or below, where the order wants it. */
  #sink(item: T, from: number): void {
    const items = this.#items;
    const { length } = items;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#isBefore(items[child + 1]!, items[child]!)) child += 1;
      const below = items[child]!;
      if (!this.#isBefore(below, item)) break;
      items[at] = below;
      at = child;
    }
    items[at] = item;
  }
}
