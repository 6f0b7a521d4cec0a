import { type JsonWindow } from "./json-window.ts";
import { TextPool } from "./text-pool.ts";

/** As on the live path: a name longer than that is none, and what is kept must stay small. */
const UNITS_MAX = 256;
/** A UTF-16 unit takes at most three bytes of UTF-8, or six with an escape. */
const RAW_MAX = UNITS_MAX * 6;
const NAME_SLOTS = 4_096;
const ID_SLOTS = 8_192;

/** 0 for no hexadecimal digit, 1 for one in lower case, 3 for one in upper case; bit 2 where it is not zero. */
const HEX = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = String.fromCharCode(byte);
  if (!/[0-9a-f]/i.test(digit)) return 0;
  return (/[A-F]/.test(digit) ? 3 : 1) + (digit === "0" ? 0 : 4);
});
const ZEROS = "0".repeat(32);

/** Makes the strings that a span is of, each once where it repeats. Serves all documents of an input. */
export class SpanText {
  readonly #window: JsonWindow;
  readonly #names = new TextPool(NAME_SLOTS, 64);
  readonly #traceIds = new TextPool(ID_SLOTS / 4, 32);
  readonly #spanIds = new TextPool(ID_SLOTS, 16);

  constructor(window: JsonWindow) {
    this.#window = window;
  }

  /** The string that stands here, cut to what is kept; undefined, and skipped, where it is none. */
  string(): string | undefined {
    return this.#found() ? this.last() : undefined;
  }

  /** The string that was found last. */
  last(): string {
    const { bytes, view, start, stop, escaped } = this.#window;
    if (start === stop) return "";
    return this.#names.get(bytes, view, start, stop, escaped ? unescaped : plain) ?? "";
  }

  /** `isShort` where leading zeros may be left out. */
  traceId(isShort: boolean): string | undefined {
    if (!this.#found()) return undefined;
    const { bytes, view, start, stop } = this.#window;
    if (!isShort && stop - start !== 32 && stop - start !== 24) return undefined;
    return this.#traceIds.get(bytes, view, start, stop, traceIdOf);
  }

  spanId(isShort: boolean): string | undefined {
    if (!this.#found()) return undefined;
    const { bytes, view, start, stop } = this.#window;
    if (!isShort && stop - start !== 16 && stop - start !== 12) return undefined;
    return this.#spanIds.get(bytes, view, start, stop, spanIdOf);
  }

  /** Undefined where it is none. */
  number(): number | undefined {
    const window = this.#window;
    return window.digits() ? numberOf(window.bytes, window.start, window.stop) : undefined;
  }

  /** The string that was found last, as a number. */
  lastNumber(): number | undefined {
    const { bytes, start, stop } = this.#window;
    return start === stop ? undefined : numberOf(bytes, start, stop);
  }

  #found(): boolean {
    const window = this.#window;
    if (window.isString()) {
      window.text();
      return true;
    }
    window.skip();
    return false;
  }
}

function traceIdOf(bytes: Buffer, start: number, end: number): string | undefined {
  return idOf(bytes, start, end, 32);
}

function spanIdOf(bytes: Buffer, start: number, end: number): string | undefined {
  return idOf(bytes, start, end, 16);
}

/**
 * An id in lower case and full length; undefined where it is none, or all zero, which OTel calls invalid. Jaeger and Zipkin
 * leave leading zeros out. Tempo's JSON writes the bytes in base64, which is longer than what it stands for in nothing else.
 */
function idOf(bytes: Buffer, start: number, end: number, digits: 16 | 32): string | undefined {
  const length = end - start;
  if (length === (digits === 32 ? 24 : 12) && bytes[end - 1] === 0x3d)
    return fromBase64(latin1(bytes, start, end), digits);
  if (length > digits) return undefined;
  let all = 0xff;
  let any = 0;
  for (let i = start; i < end; i += 1) {
    const kind = HEX[bytes[i]!]!;
    all &= kind;
    any |= kind;
  }
  if ((all & 1) === 0 || (any & 4) === 0) return undefined;
  const text = latin1(bytes, start, end);
  const lower = (any & 2) === 0 ? text : text.toLowerCase();
  return length === digits ? lower : lower.padStart(digits, "0");
}

function fromBase64(text: string, digits: 16 | 32): string | undefined {
  const hex = Buffer.from(text, "base64").toString("hex");
  return hex.length === digits && hex !== ZEROS.slice(0, digits) ? hex : undefined;
}

function latin1(bytes: Buffer, start: number, end: number): string {
  return bytes.toString("latin1", start, end);
}

/** JSON's grammar sets no bound; no writer needs more digits for a double. */
const DIGITS_MAX = 64;
const NUMBER = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;

function numberOf(bytes: Buffer, start: number, end: number): number | undefined {
  if (end - start > DIGITS_MAX) return undefined;
  if (end - start <= 15) {
    let value = 0;
    let at = start;
    for (; at < end; at += 1) {
      const digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at === end) return value;
  }
  const text = latin1(bytes, start, end);
  return NUMBER.test(text) ? Number(text) : undefined;
}

function plain(bytes: Buffer, start: number, end: number): string {
  const cut = Math.min(end, start + RAW_MAX);
  return cutOf(bytes.toString("utf8", start, cut));
}

/** Cut before it is decoded, and never inside an escape. */
function unescaped(bytes: Buffer, start: number, end: number): string {
  let cut = start;
  while (cut < end && cut - start < RAW_MAX)
    cut += bytes[cut] !== 0x5c ? 1 : bytes[cut + 1] === 0x75 ? 6 : 2;
  const raw = bytes.toString("utf8", start, Math.min(cut, end));
  try {
    const text: unknown = JSON.parse(`"${raw}"`);
    return typeof text === "string" ? cutOf(wellFormed(text)) : "";
  } catch {
    // An escape that JSON has not.
    return "";
  }
}

/** An escape may stand for half a surrogate pair; alone it becomes U+FFFD, as bytes have no way to write it. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

/** Between characters, never inside one of two units. */
function cutOf(text: string): string {
  if (text.length <= UNITS_MAX) return text;
  const last = text.charCodeAt(UNITS_MAX - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? UNITS_MAX - 1 : UNITS_MAX);
}
