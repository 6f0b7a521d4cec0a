/** Something planned. Once `run` is undefined it has happened or was taken back. */
export interface Planned {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** With fewer taken back than this, sweeping costs more than it saves. */
const SWEEP_MIN = 64;

/**
 * Virtual time: a binary heap of what is to happen, the earliest first, equal times in the order they were planned.
 *
 * What is taken back stays in the heap and does nothing when its time comes: a search for it would cost more than that. But nearly
 * every time-out is taken back, and with long ones the heap would be mostly dead, so it is swept once half of it is. The order of
 * events is total, so how the heap lies in memory never shows in a result.
 */
export class EventQueue {
  #heap: Planned[] = [];
  #order = 0;
  /** Taken back by `cancel` and not yet gone from the heap. */
  #cancelled = 0;
  nowMs = 0;
  /** How many events have happened. */
  processed = 0;

  at(atMs: number, run: () => void): Planned {
    const planned = { atMs: atMs > this.nowMs ? atMs : this.nowMs, order: this.#order, run };
    this.#order += 1;
    this.#rise(planned);
    return planned;
  }

  after(ms: number, run: () => void): Planned {
    return this.at(this.nowMs + ms, run);
  }

  /** Takes back what was planned; nothing changes where it has happened already. */
  cancel(planned: Planned): void {
    if (planned.run === undefined) return;
    planned.run = undefined;
    this.#cancelled += 1;
    if (this.#cancelled >= SWEEP_MIN && this.#cancelled * 2 > this.#heap.length) this.#sweep();
  }

  /** Everything up to and at `endMs`; then it is `endMs`. Time never runs back. */
  runUntil(endMs: number): void {
    for (let next = this.#heap[0]; next !== undefined && next.atMs <= endMs; next = this.#heap[0]) {
      this.#removeFirst();
      const { run } = next;
      if (run === undefined) {
        this.#cancelled = Math.max(0, this.#cancelled - 1);
        continue;
      }
      this.nowMs = next.atMs;
      this.processed += 1;
      next.run = undefined;
      run();
    }
    this.nowMs = Math.max(this.nowMs, endMs);
  }

  #rise(planned: Planned): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(planned);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent]!;
      if (!isBefore(planned, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = planned;
  }

  #removeFirst(): void {
    const last = this.#heap.pop()!;
    if (this.#heap.length > 0) this.#sink(last, 0);
  }

  /** Puts it at this place or below, where the order wants it. */
  #sink(planned: Planned, from: number): void {
    const heap = this.#heap;
    const { length } = heap;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      const below = heap[child]!;
      if (!isBefore(below, planned)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = planned;
  }

  /** Keeps what is still to happen and makes a heap of it again, from the bottom up (Floyd), in linear time. */
  #sweep(): void {
    this.#heap = this.#heap.filter(({ run }) => run !== undefined);
    this.#cancelled = 0;
    for (let at = (this.#heap.length >> 1) - 1; at >= 0; at -= 1) this.#sink(this.#heap[at]!, at);
  }
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
