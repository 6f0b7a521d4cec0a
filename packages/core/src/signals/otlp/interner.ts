import { isSame, sampleHash } from "./byte-keys.ts";
import { decodeUtf8 } from "./utf8.ts";

const SLOT_COUNT = 256;
const LENGTH_MAX = 64;
const EMPTY_TEXTS: readonly string[] = Array.from({ length: SLOT_COUNT }, () => "");

/**
 * Parts of one body to strings, where the same few come again and again: a model's name, a tool's, an agent's. Each slot
 * remembers the last string that fell into it, so memory is bounded and a stranger can push out what is there but not add to it.
 */
export class Interner {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #starts = new Uint32Array(SLOT_COUNT);
  readonly #texts: string[] = EMPTY_TEXTS.slice();
  /** 0 where a slot is empty: an empty string is never looked up. */
  readonly #lengths = new Uint8Array(SLOT_COUNT);

  constructor(bytes: Uint8Array, view: DataView) {
    this.#bytes = bytes;
    this.#view = view;
  }

  text(start: number, end: number, unitsMax: number): string {
    const length = end - start;
    if (length === 0) return "";
    if (length > LENGTH_MAX || length > unitsMax)
      return decodeUtf8(this.#bytes, start, end, unitsMax);
    const slot = this.#slot(start, end);
    if (
      this.#lengths[slot] === length &&
      isSame(this.#view, this.#starts[slot]!, this.#view, start, length)
    )
      return this.#texts[slot]!;
    const text = decodeUtf8(this.#bytes, start, end, unitsMax);
    this.#starts[slot] = start;
    this.#lengths[slot] = length;
    this.#texts[slot] = text;
    return text;
  }

  #slot(start: number, end: number): number {
    return sampleHash(this.#view, start, end) & (SLOT_COUNT - 1);
  }
}
