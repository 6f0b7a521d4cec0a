import type { Random } from "../random.ts";

/** Crockford's base 32: no I, L, O, U. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;

/**
 * Names for decisions and detections: a prefix and a ULID (10 digits of milliseconds, 16 of randomness), so ids sort by
 * when they were made. Within one millisecond the random part counts up, as the ULID specification has it, and a clock that
 * stands still or steps back does not break the order.
 */
export class Ids {
  readonly #random: Random;
  #lastMs = 0;
  #digits: number[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  next(prefix: "dec" | "det", nowMs: number): string {
    const ms = Math.floor(nowMs);
    if (ms > this.#lastMs || this.#digits.length === 0) {
      this.#lastMs = Math.max(ms, this.#lastMs);
      this.#digits = Array.from({ length: RANDOM_DIGITS }, () => Math.floor(this.#random() * 32));
    } else {
      this.#increment();
    }
    return `${prefix}_${timeDigits(this.#lastMs)}${this.#digits.map((digit) => DIGITS[digit]).join("")}`;
  }

  #increment(): void {
    for (let at = RANDOM_DIGITS - 1; at >= 0; at -= 1) {
      const digit = (this.#digits[at]! + 1) % 32;
      this.#digits[at] = digit;
      if (digit !== 0) return;
    }
    this.#lastMs += 1;
  }
}

function timeDigits(ms: number): string {
  let rest = ms;
  let digits = "";
  for (let at = 0; at < TIME_DIGITS; at += 1) {
    digits = DIGITS[rest % 32]! + digits;
    rest = Math.floor(rest / 32);
  }
  return digits;
}
