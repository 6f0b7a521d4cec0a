import { utf8Length, writeUtf8 } from "./utf8.ts";

interface Entry<K extends string> {
  readonly key: K;
  /** Where its bytes stand among those of all keys. */
  readonly at: number;
  readonly length: number;
  /** Another key of the same slot. */
  readonly next: Entry<K> | undefined;
}

/**
 * A fixed set of keys, recognised from their bytes. A key outside the set is told by its length and eight of its bytes,
 * almost always, and never becomes a string.
 */
export class ByteKeys<K extends string = string> {
  readonly #slots: readonly (Entry<K> | undefined)[];
  readonly #byName: ReadonlyMap<string, K>;
  readonly #mask: number;
  /** The bytes of all keys, one after another, so that they share few cache lines. */
  readonly #view: DataView;

  constructor(keys: readonly K[]) {
    let size = 16;
    while (size < keys.length * 4) size *= 2;
    this.#mask = size - 1;
    this.#byName = new Map(keys.map((key) => [key, key]));
    const bytes = new Uint8Array(utf8Length(keys.join("")));
    this.#view = new DataView(bytes.buffer);
    const slots: (Entry<K> | undefined)[] = Array.from({ length: size }, () => undefined);
    let at = 0;
    for (const key of this.#byName.values()) {
      const end = writeUtf8(key, bytes, at);
      const slot = this.#slot(this.#view, at, end);
      slots[slot] = { key, at, length: end - at, next: slots[slot] };
      at = end;
    }
    this.#slots = slots;
  }

  match(view: DataView, start: number, end: number): K | undefined {
    if (start >= end) return undefined;
    const length = end - start;
    let entry = this.#slots[this.#slot(view, start, end)];
    while (entry !== undefined) {
      if (entry.length === length && isSame(this.#view, entry.at, view, start, length))
        return entry.key;
      entry = entry.next;
    }
    return undefined;
  }

  /** For a key that had to become a string first, because it was written with escapes. */
  matchString(key: string): K | undefined {
    return this.#byName.get(key);
  }

  #slot(view: DataView, start: number, end: number): number {
    return sampleHash(view, start, end) & this.#mask;
  }
}

/**
 * A hash of the length, the middle four bytes and the last four. Cheaper than one of all bytes, and whoever makes many texts
 * collide wins nothing: whatever it finds is compared in full.
 */
export function sampleHash(view: DataView, start: number, end: number): number {
  const length = end - start;
  if (length < 4) return length + view.getUint8(start);
  const middle = view.getInt32(start + ((length - 4) >> 1), true);
  return Math.imul(view.getInt32(end - 4, true) ^ (middle + length), 0x9e3779b1) >>> 16;
}

/** Whether the same bytes stand in both places, four at a time; the last four may overlap those before. */
export function isSame(
  a: DataView,
  aStart: number,
  b: DataView,
  bStart: number,
  length: number,
): boolean {
  if (length < 4) {
    for (let i = 0; i < length; i += 1)
      if (a.getUint8(aStart + i) !== b.getUint8(bStart + i)) return false;
    return true;
  }
  const last = length - 4;
  for (let i = 0; i < last; i += 4)
    if (a.getInt32(aStart + i, true) !== b.getInt32(bStart + i, true)) return false;
  return a.getInt32(aStart + last, true) === b.getInt32(bStart + last, true);
}
