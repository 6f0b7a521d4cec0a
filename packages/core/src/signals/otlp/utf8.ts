const REPLACEMENT = 0xfffd;
const UNITS_PER_CHUNK = 64;

// One array for each length: the spread then makes the string in one step, and nothing else is allocated.
const units: readonly number[][] = Array.from({ length: UNITS_PER_CHUNK + 1 }, (_, length) =>
  Array.from({ length }, () => 0),
);

/**
 * Bytes to a string of at most `unitsMax` UTF-16 units, cut between characters. What is no UTF-8 becomes U+FFFD, one for
 * each maximal part of a sequence (the WHATWG Encoding standard's rule, and TextDecoder's).
 */
export function decodeUtf8(
  bytes: Uint8Array,
  start: number,
  end: number,
  unitsMax: number,
): string {
  const length = end - start;
  if (length <= UNITS_PER_CHUNK && length <= unitsMax) {
    const chunk = units[length]!;
    let i = 0;
    for (; i < length; i += 1) {
      const byte = bytes[start + i]!;
      if (byte > 0x7f) break;
      chunk[i] = byte;
    }
    if (i === length) return String.fromCharCode(...chunk);
  }
  return decodeAny(bytes, start, end, unitsMax);
}

function decodeAny(bytes: Uint8Array, start: number, end: number, unitsMax: number): string {
  let text = "";
  let pending: number[] = [];
  let room = unitsMax;
  for (let at = start; at < end;) {
    const size = sequenceLength(bytes, at, end);
    const point = size > 0 ? codePoint(bytes, at, size) : REPLACEMENT;
    at += Math.abs(size);
    room -= point > 0xffff ? 2 : 1;
    if (room < 0) break;
    pending.push(point);
    if (pending.length === UNITS_PER_CHUNK) {
      text += String.fromCodePoint(...pending);
      pending = [];
    }
  }
  return text + String.fromCodePoint(...pending);
}

/** How many bytes the character has; negative: how many bytes of a broken one belong together. */
function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at]!;
  if (lead <= 0x7f) return 1;
  const length =
    lead >= 0xc2 && lead <= 0xdf
      ? 2
      : lead >= 0xe0 && lead <= 0xef
        ? 3
        : lead >= 0xf0 && lead <= 0xf4
          ? 4
          : 0;
  for (let i = 1; i < length; i += 1) {
    const byte = at + i < end ? bytes[at + i]! : 0;
    // The second byte's range keeps out overlong forms, surrogates and what lies beyond U+10FFFF.
    const least = i > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const most = i > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (byte < least || byte > most) return -i;
  }
  return length === 0 ? -1 : length;
}

function codePoint(bytes: Uint8Array, at: number, size: number): number {
  const lead = bytes[at]!;
  if (size === 1) return lead;
  let point = lead & (0xff >> (size + 1));
  for (let i = 1; i < size; i += 1) point = (point << 6) | (bytes[at + i]! & 0x3f);
  return point;
}

/** How many bytes the string takes. A surrogate without its other half takes three, as U+FFFD. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) length += unit > 0x7ff ? 2 : 1;
    if (unit >= 0xd800 && unit <= 0xdbff && isLowSurrogate(text, i + 1)) i += 1;
  }
  return length;
}

/** Writes the string at `at` and returns where it ends. The room must be there. */
export function writeUtf8(text: string, bytes: Uint8Array, at: number): number {
  let to = at;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit <= 0x7f) {
      bytes[to++] = unit;
      continue;
    }
    const point = pointAt(text, i, unit);
    if (point > 0xffff) i += 1;
    to = writePoint(point, bytes, to);
  }
  return to;
}

function pointAt(text: string, i: number, unit: number): number {
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  if (unit > 0xdbff || !isLowSurrogate(text, i + 1)) return REPLACEMENT;
  return 0x10000 + ((unit - 0xd800) << 10) + (text.charCodeAt(i + 1) - 0xdc00);
}

function writePoint(point: number, bytes: Uint8Array, at: number): number {
  let to = at;
  if (point <= 0x7ff) bytes[to++] = 0xc0 | (point >> 6);
  else if (point <= 0xffff) bytes[to++] = 0xe0 | (point >> 12);
  else {
    bytes[to++] = 0xf0 | (point >> 18);
    bytes[to++] = 0x80 | ((point >> 12) & 0x3f);
  }
  if (point > 0x7ff) bytes[to++] = 0x80 | ((point >> 6) & 0x3f);
  bytes[to++] = 0x80 | (point & 0x3f);
  return to;
}

function isLowSurrogate(text: string, i: number): boolean {
  const unit = text.charCodeAt(i);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
