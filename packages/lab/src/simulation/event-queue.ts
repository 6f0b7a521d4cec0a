import { BinaryHeap } from "./binary-heap.ts";

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
 * every time-out is taken back, and with long ones the heap would be mostly dead, so it is swept once half of it is.
 */
export class EventQueue {
  readonly #heap = new BinaryHeap(isBefore);
  #order = 0;
  /** Taken back by `cancel` and not yet gone from the heap. */
  #cancelled = 0;
  nowMs = 0;
  /** How many events have happened. */
  processed = 0;

  at(atMs: number, run: () => void): Planned {
    const planned = { atMs: atMs > this.nowMs ? atMs : this.nowMs, order: this.#order, run };
    this.#order += 1;
    this.#heap.add(planned);
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
    if (this.#cancelled < SWEEP_MIN || this.#cancelled * 2 <= this.#heap.size) return;
    this.#heap.keep(({ run }) => run !== undefined);
    this.#cancelled = 0;
  }

  /** Everything up to and at `endMs`; then it is `endMs`. Time never runs back. */
  runUntil(endMs: number): void {
    for (;;) {
      const next = this.#heap.first;
      if (next === undefined || next.atMs > endMs) break;
      this.#heap.removeFirst();
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
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
