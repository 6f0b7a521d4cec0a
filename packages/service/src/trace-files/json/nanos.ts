import type { JsonWindow } from "./json-window.ts";

const DIGITS_MAX = 20;
const USUAL = 19;

/** Nanoseconds since 1970, which a double cannot hold, as whole milliseconds and what is beyond them: durations stay exact. */
export class Nanos {
  ms = 0;
  rest = 0;

  /** From the number that stands here. What is no row of digits is no time, and 0 is OTLP's word for that. */
  read(window: JsonWindow): void {
    if (this.#readUsual(window)) return;
    this.clear();
    if (!window.digits()) return;
    const { bytes, start, stop } = window;
    if (stop - start > DIGITS_MAX) return;
    const split = stop - 6;
    let ms = 0;
    let rest = 0;
    for (let at = start; at < stop; at += 1) {
      const digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) return;
      if (at < split) ms = ms * 10 + digit;
      else rest = rest * 10 + digit;
    }
    this.ms = ms;
    this.rest = rest;
  }

  /** Nineteen digits in quotes: every time from 2001 to 2286, as all writers write it. */
  #readUsual(window: JsonWindow): boolean {
    if (!window.isString()) return false;
    const { bytes, pos } = window;
    if (bytes[pos + USUAL + 1] !== 0x22) return false;
    let ms = 0;
    let rest = 0;
    let at = pos + 1;
    for (; at <= pos + USUAL - 6; at += 1) {
      const digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) return false;
      ms = ms * 10 + digit;
    }
    for (; at <= pos + USUAL; at += 1) {
      const digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) return false;
      rest = rest * 10 + digit;
    }
    window.pos = at + 1;
    this.ms = ms;
    this.rest = rest;
    return true;
  }

  clear(): void {
    this.ms = 0;
    this.rest = 0;
  }

  get isSet(): boolean {
    return this.ms > 0 || this.rest > 0;
  }

  toMs(): number {
    return this.ms + this.rest / 1e6;
  }

  msSince(earlier: Nanos): number {
    return this.ms - earlier.ms + (this.rest - earlier.rest) / 1e6;
  }
}
