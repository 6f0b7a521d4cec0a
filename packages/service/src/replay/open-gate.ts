import type { Decision } from "@headway/core";
import type { Attempt } from "@headway/core/signals";

const RATE_WINDOW_MS = 1_000;

/**
 * Which of a dependency's recorded attempts a decision would have held back, as a recording can tell: each attempt comes when
 * it was recorded, stays as long as it was recorded, and one that is held back does not come again.
 *
 *     hold, defer   held back until not-before
 *     shed          held back
 *     shape         held back where `concurrency` others that were let through are still open, where `ratePerSecond` others
 *                   were let through in the last second, or where it is a retry and there are to be none
 */
export class OpenGate {
  /** A heap: when the attempts end that were let through. */
  readonly #ends: number[] = [];
  /** Starts of those let through in the last second. */
  #starts: number[] = [];

  /** Attempts come in the order of their starts. */
  holdsBack(attempt: Attempt, decision: Decision | undefined): boolean {
    const { startMs, durationMs } = attempt;
    while (this.#ends.length > 0 && this.#ends[0]! <= startMs) this.#popEnd();
    this.#starts = this.#starts.filter((atMs) => atMs > startMs - RATE_WINDOW_MS);
    if (decision !== undefined && this.#isRefused(attempt, decision)) return true;
    this.#pushEnd(startMs + durationMs);
    this.#starts.push(startMs);
    return false;
  }

  #isRefused({ startMs, isRetry }: Attempt, { action, shape, notBeforeMs }: Decision): boolean {
    switch (action) {
      case "proceed":
        return false;
      case "hold":
      case "defer":
        return notBeforeMs === undefined || startMs < notBeforeMs;
      case "shed":
        return true;
      case "shape":
        return (
          this.#ends.length >= (shape?.concurrency ?? Number.POSITIVE_INFINITY) ||
          this.#starts.length >= (shape?.ratePerSecond ?? Number.POSITIVE_INFINITY) ||
          (isRetry && shape?.retries === 0)
        );
    }
  }

  #pushEnd(endMs: number): void {
    const heap = this.#ends;
    let at = heap.push(endMs) - 1;
    while (at > 0) {
      const above = (at - 1) >>> 1;
      if (heap[above]! <= endMs) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = endMs;
  }

  #popEnd(): void {
    const heap = this.#ends;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1]! < heap[below]!) below += 1;
      if (heap[below]! >= last) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
  }
}
