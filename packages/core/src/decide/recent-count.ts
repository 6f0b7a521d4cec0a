const SLOT_MS = 100;

/** Counts what happened lately, in slots of a tenth of a second: memory goes with the time looked back on, not with traffic. */
export class RecentCount {
  /** Oldest first. */
  readonly #slots: { readonly startMs: number; count: number }[] = [];

  get slots(): number {
    return this.#slots.length;
  }

  /** Forgets what is `keptMs` ago. */
  add(nowMs: number, keptMs: number): void {
    while (this.#slots.length > 0 && endOf(this.#slots[0]!) <= nowMs - keptMs) this.#slots.shift();
    const startMs = Math.floor(nowMs / SLOT_MS) * SLOT_MS;
    const last = this.#slots.at(-1);
    if (last?.startMs === startMs) last.count += 1;
    else this.#slots.push({ startMs, count: 1 });
  }

  within(spanMs: number, nowMs: number): number {
    return this.#slots
      .filter((slot) => endOf(slot) > nowMs - spanMs)
      .reduce((sum, { count }) => sum + count, 0);
  }
}

function endOf({ startMs }: { readonly startMs: number }): number {
  return startMs + SLOT_MS;
}
