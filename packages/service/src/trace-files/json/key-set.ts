import { isSame, sampleHash } from "./bytes.ts";

interface Entry {
  readonly index: number;
  /** Where its bytes stand among those of all keys. */
  readonly at: number;
  readonly length: number;
  /** Another key of the same slot. */
  readonly next: Entry | undefined;
}

/** No key of the set. */
export const NONE = -1;

/** A fixed set of keys, told by their bytes: a key outside of it never becomes a string. */
export class KeySet {
  readonly names: readonly string[];
  readonly #slots: readonly (Entry | undefined)[];
  readonly #mask: number;
  /** The bytes of all keys, one after another, so that they share few cache lines. */
  readonly #view: DataView;

  constructor(names: readonly string[]) {
    this.names = names;
    let size = 16;
    while (size < names.length * 4) size *= 2;
    this.#mask = size - 1;
    const bytes = new TextEncoder().encode(names.join(""));
    this.#view = new DataView(bytes.buffer);
    const slots: (Entry | undefined)[] = Array.from({ length: size }, () => undefined);
    let at = 0;
    for (const [index, name] of names.entries()) {
      const slot = sampleHash(this.#view, at, at + name.length) & this.#mask;
      slots[slot] = { index, at, length: name.length, next: slots[slot] };
      at += name.length;
    }
    this.#slots = slots;
  }

  /** Which key stands there, by its place in the list it was made of; `NONE` for a stranger. */
  indexOf(view: DataView, start: number, end: number): number {
    const length = end - start;
    let entry = this.#slots[sampleHash(view, start, end) & this.#mask];
    while (entry !== undefined) {
      if (entry.length === length && isSame(this.#view, entry.at, view, start, length))
        return entry.index;
      entry = entry.next;
    }
    return NONE;
  }
}
