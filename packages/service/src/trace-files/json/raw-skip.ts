import { type JsonWindow } from "./json-window.ts";

/**
 * Steps over one value that is larger than a window, or one key with its value, whatever it holds: by brackets and quotes
 * alone, a byte at a time, and over as many windows as it takes. It stops before the comma or the bracket that follows.
 */
export class RawSkip {
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #hasBegun = false;

  /** False where the window ended first; then all of it was used up. */
  run(window: JsonWindow): boolean {
    const { bytes, end } = window;
    while (window.pos < end) {
      const byte = bytes[window.pos]!;
      if (this.#isInString) this.#inString(byte);
      else {
        const isCloser = byte === 0x7d || byte === 0x5d;
        if (this.#depth === 0 && this.#hasBegun && (isCloser || byte === 0x2c)) return true;
        if (byte === 0x22) this.#isInString = true;
        else if (byte === 0x7b || byte === 0x5b) this.#depth += 1;
        else if (isCloser) this.#depth -= 1;
        else if (byte === 0x0a) window.newline(window.pos);
        // The comma before the value, and white space, are not yet the value.
        this.#hasBegun ||= byte > 0x20 && byte !== 0x2c;
      }
      window.pos += 1;
    }
    return false;
  }

  #inString(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === 0x5c) this.#isEscaped = true;
    else if (byte === 0x22) this.#isInString = false;
  }
}
