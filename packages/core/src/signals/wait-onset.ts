/** Nobody waited for so long: whoever does next is news. Until then the report of every second tells it soon enough. */
const CALM_MS = 1_000;

interface Waiters {
  count: number;
  /** When somebody waited last. */
  lastMs: number;
}

/**
 * Says when callers begin to wait for a dependency: once, not at every change. Under a standing limit the number of those who wait
 * falls to zero and rises again many times a second; were each rise worth an early report, a fleet would report without a pause.
 */
export class WaitOnset {
  readonly #waiters = new Map<string, Waiters>();

  changed(dependency: string, by: number, nowMs: number): boolean {
    const known = this.#waiters.get(dependency);
    const waiters = known ?? { count: 0, lastMs: Number.NEGATIVE_INFINITY };
    if (known === undefined && by > 0) this.#waiters.set(dependency, waiters);
    const isOnset = waiters.count === 0 && by > 0 && nowMs - waiters.lastMs >= CALM_MS;
    waiters.count += by;
    waiters.lastMs = nowMs;
    return isOnset;
  }

  get hasWaiting(): boolean {
    for (const { count } of this.#waiters.values()) if (count > 0) return true;
    return false;
  }

  /** Forgets whom nobody has waited for lately. */
  sweep(nowMs: number): void {
    for (const [dependency, { count, lastMs }] of this.#waiters)
      if (count <= 0 && nowMs - lastMs >= CALM_MS) this.#waiters.delete(dependency);
  }
}
