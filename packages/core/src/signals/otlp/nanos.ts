import type { JsonText } from "./json-tokens.ts";

const TWO_32_MS = 4294;
const TWO_32_REST = 967_296;
const DIGITS_MAX = 20;

/**
 * A time in nanoseconds since 1970, which a double cannot hold, as whole milliseconds and the nanoseconds beyond them.
 * So a duration is exact whatever the epoch, and the same from protobuf as from JSON.
 */
export class Nanos {
  ms = 0;
  rest = 0;

  /** 2^32 ns are 4294 ms and 967,296 ns, and no product here leaves 2^53. */
  setHalves(low: number, high: number): void {
    const beyond = high * TWO_32_REST + low;
    this.ms = high * TWO_32_MS + Math.floor(beyond / 1e6);
    this.rest = beyond % 1e6;
  }

  /** From digits; what holds anything else is no time, and 0 is OTLP's word for that. */
  setDigits(bytes: Uint8Array, text: JsonText | undefined): void {
    this.clear();
    if (text === undefined || text.end - text.start > DIGITS_MAX) return;
    const split = text.end - 6;
    for (let i = text.start; i < text.end; i += 1) {
      const digit = bytes[i]! - 0x30;
      if (digit < 0 || digit > 9) return this.clear();
      if (i < split) this.ms = this.ms * 10 + digit;
      else this.rest = this.rest * 10 + digit;
    }
  }

  clear(): void {
    this.ms = 0;
    this.rest = 0;
  }

  get isSet(): boolean {
    return this.ms > 0 || this.rest > 0;
  }

  /** Milliseconds since 1970, to about a quarter of a microsecond. */
  toMs(): number {
    return this.ms + this.rest / 1e6;
  }

  msSince(earlier: Nanos): number {
    return this.ms - earlier.ms + (this.rest - earlier.rest) / 1e6;
  }
}

/** Milliseconds as the two halves of their nanoseconds: low, high. */
export function halvesOf(ms: number): readonly [number, number] {
  const whole = Math.floor(ms);
  const rest = Math.round((ms - whole) * 1e6);
  const high = Math.floor((whole * 1e6 + rest) / 2 ** 32);
  // By what `high` times 2^32 ns is in milliseconds and nanoseconds, so that the low half comes out exact.
  const guess = (whole - high * TWO_32_MS) * 1e6 + rest - high * TWO_32_REST;
  if (guess < 0) return [guess + 2 ** 32, high - 1];
  return guess >= 2 ** 32 ? [guess - 2 ** 32, high + 1] : [guess, high];
}
