import { isSame, sampleHash } from "./bytes.ts";

/**
 * Bytes to strings, where the same few come again and again: a model's name, a tool's, the id of a trace. Each slot keeps
 * the last text that fell into it and its bytes, so memory is bounded, and what repeats is one string however many spans hold it.
 */
export class TextPool {
  readonly #mask: number;
  readonly #lengthMax: number;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #lengths: Uint8Array;
  readonly #texts: (string | undefined)[];

  /** `slots` is a power of two; longer texts are not kept. */
  constructor(slots: number, lengthMax: number) {
    this.#mask = slots - 1;
    this.#lengthMax = lengthMax;
    this.#bytes = new Uint8Array(slots * lengthMax);
    this.#view = new DataView(this.#bytes.buffer);
    this.#lengths = new Uint8Array(slots);
    this.#texts = Array.from({ length: slots });
  }

  /** What `make` makes of these bytes, or made of them before. `make` is not asked again for the same bytes at once. */
  get(
    bytes: Buffer,
    view: DataView,
    start: number,
    end: number,
    make: (bytes: Buffer, start: number, end: number) => string | undefined,
  ): string | undefined {
    const length = end - start;
    if (length > this.#lengthMax || length === 0) return make(bytes, start, end);
    const slot = sampleHash(view, start, end) & this.#mask;
    const at = slot * this.#lengthMax;
    if (this.#lengths[slot] === length && isSame(this.#view, at, view, start, length))
      return this.#texts[slot];
    const text = make(bytes, start, end);
    this.#lengths[slot] = length;
    this.#texts[slot] = text;
    for (let i = 0; i < length; i += 1) this.#bytes[at + i] = bytes[start + i]!;
    return text;
  }
}
