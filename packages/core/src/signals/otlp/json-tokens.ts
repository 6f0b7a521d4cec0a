import { Malformed } from "./malformed.ts";
import { decodeUtf8, utf8Length, writeUtf8 } from "./utf8.ts";

/** Where a string's inside stands: between its quotes. */
export interface JsonText {
  readonly start: number;
  readonly end: number;
  /** It holds backslashes, so its bytes are not yet the text. */
  readonly escaped: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x22, '"'],
  [0x5c, "\\"],
  [0x2f, "/"],
  [0x62, "\b"],
  [0x66, "\f"],
  [0x6e, "\n"],
  [0x72, "\r"],
  [0x74, "\t"],
]);

/** Finds the end of the string whose opening quote is at `at`, and checks what is inside. */
export function scanString(bytes: Uint8Array, at: number): JsonText {
  const start = at + 1;
  let escaped = false;
  for (let i = start; i < bytes.length; i += 1) {
    const byte = bytes[i]!;
    // Nearly all bytes of a long text are letters, which one comparison settles.
    if (byte > BACKSLASH) continue;
    if (byte === QUOTE) return { start, end: i, escaped };
    if (byte < 0x20)
      throw new Malformed(`body must be JSON, got a control character in a string at byte ${i}`);
    if (byte !== BACKSLASH) continue;
    escaped = true;
    i = afterEscape(bytes, i) - 1;
  }
  throw new Malformed(`body must be JSON, got no end of the string at byte ${at}`);
}

/** The text, of at most `unitsMax` UTF-16 units. */
export function readString(bytes: Uint8Array, text: JsonText, unitsMax: number): string {
  if (!text.escaped) return decodeUtf8(bytes, text.start, text.end, unitsMax);
  let result = "";
  let from = text.start;
  while (from < text.end && result.length < unitsMax) {
    let to = from;
    while (to < text.end && bytes[to] !== BACKSLASH) to += 1;
    result += decodeUtf8(bytes, from, to, unitsMax - result.length);
    if (to === text.end || result.length >= unitsMax) break;
    result += unescape(bytes, to);
    from = afterEscape(bytes, to);
  }
  return wellFormed(result);
}

/** Where the number that begins at `at` ends, by JSON's grammar; undefined where there is none. */
export function scanNumber(bytes: Uint8Array, at: number, end: number): number | undefined {
  let i = bytes[at] === 0x2d ? at + 1 : at;
  const whole = afterDigits(bytes, i, end);
  if (whole === i || (bytes[i] === 0x30 && whole > i + 1)) return undefined;
  i = whole;
  if (i < end && bytes[i] === 0x2e) {
    const fraction = afterDigits(bytes, i + 1, end);
    if (fraction === i + 1) return undefined;
    i = fraction;
  }
  if (i < end && (bytes[i]! | 0x20) === 0x65) {
    const sign = bytes[i + 1] === 0x2b || bytes[i + 1] === 0x2d ? 1 : 0;
    const exponent = afterDigits(bytes, i + 1 + sign, end);
    if (exponent === i + 1 + sign) return undefined;
    i = exponent;
  }
  return i;
}

function afterDigits(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && bytes[i]! >= 0x30 && bytes[i]! <= 0x39) i += 1;
  return i;
}

function afterEscape(bytes: Uint8Array, at: number): number {
  const kind = bytes[at + 1];
  if (kind === 0x75 && hexUnit(bytes, at + 2) !== undefined) return at + 6;
  if (kind !== undefined && ESCAPES.has(kind)) return at + 2;
  throw new Malformed(`body must be JSON, got an unknown escape at byte ${at}`);
}

function unescape(bytes: Uint8Array, at: number): string {
  const kind = bytes[at + 1]!;
  return ESCAPES.get(kind) ?? String.fromCharCode(hexUnit(bytes, at + 2) ?? 0xfffd);
}

function hexUnit(bytes: Uint8Array, at: number): number | undefined {
  let unit = 0;
  for (let i = at; i < at + 4; i += 1) {
    const digit = hexDigit(bytes[i]);
    if (digit === undefined) return undefined;
    unit = unit * 16 + digit;
  }
  return unit;
}

export function hexDigit(byte: number | undefined): number | undefined {
  if (byte === undefined) return undefined;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined;
}

/** An escape may stand for half a surrogate pair; alone it becomes U+FFFD, as it would from protobuf. */
function wellFormed(text: string): string {
  const bytes = new Uint8Array(utf8Length(text));
  writeUtf8(text, bytes, 0);
  return decodeUtf8(bytes, 0, bytes.length, text.length);
}
