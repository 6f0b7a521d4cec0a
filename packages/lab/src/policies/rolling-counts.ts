/** Events of two kinds over the last while, in a ring of slots: its edge is sharp to one slot. */
export class RollingCounts {
  readonly #slotMs: number;
  readonly #slots: { epoch: number; total: number; marked: number }[];

  constructor(windowMs: number, slots: number) {
    this.#slotMs = windowMs / slots;
    this.#slots = Array.from({ length: slots }, () => ({ epoch: -1, total: 0, marked: 0 }));
  }

  /** `marked` of the `total` are of the kind that is asked about. */
  add(nowMs: number, { total, marked }: { readonly total: number; readonly marked: number }): void {
    const epoch = Math.floor(nowMs / this.#slotMs);
    const slot = this.#slots[epoch % this.#slots.length]!;
    if (slot.epoch !== epoch) Object.assign(slot, { epoch, total: 0, marked: 0 });
    slot.total += total;
    slot.marked += marked;
  }

  read(nowMs: number): { readonly total: number; readonly marked: number } {
    const oldest = Math.floor(nowMs / this.#slotMs) - this.#slots.length + 1;
    const sum = { total: 0, marked: 0 };
    for (const { epoch, total, marked } of this.#slots) {
      if (epoch < oldest) continue;
      sum.total += total;
      sum.marked += marked;
    }
    return sum;
  }

  clear(): void {
    for (const slot of this.#slots) Object.assign(slot, { total: 0, marked: 0 });
  }
}
