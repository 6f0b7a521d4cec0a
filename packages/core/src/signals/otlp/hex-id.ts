import { isSame } from "./byte-keys.ts";
import { hexDigit } from "./json-tokens.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";

const DIGITS = Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));

const units = new Map([16, 32].map((length) => [length, Array.from({ length }, () => 0)]));

/** The ids of a batch repeat: spans of one trace, children of one span. So the last one is remembered by where it stood. */
export class IdMemo {
  readonly #reader: ProtobufReader;
  readonly #size: number;
  #start = -1;
  #text: string | undefined;

  constructor(reader: ProtobufReader, size: number) {
    this.#reader = reader;
    this.#size = size;
  }

  /** The id that stands between the two positions; undefined where it is none. */
  text(start: number, end: number): string | undefined {
    const { view, bytes } = this.#reader;
    if (end - start !== this.#size) return undefined;
    if (this.#start >= 0 && isSame(view, this.#start, view, start, this.#size)) return this.#text;
    this.#text = hexFromBytes(bytes, start, end);
    this.#start = start;
    return this.#text;
  }
}

/** The hexadecimal form of an id of 8 or 16 bytes; undefined where all of them are zero, which OTel calls invalid. */
export function hexFromBytes(bytes: Uint8Array, start: number, end: number): string | undefined {
  const hex = units.get((end - start) * 2);
  if (hex === undefined) return undefined;
  let any = 0;
  for (let i = start, at = 0; i < end; i += 1) {
    const byte = bytes[i]!;
    any |= byte;
    hex[at++] = DIGITS[byte >> 4]!;
    hex[at++] = DIGITS[byte & 15]!;
  }
  return any === 0 ? undefined : String.fromCharCode(...hex);
}

/** The same from an id of OTLP/JSON, which is hexadecimal in either case. */
export function hexFromText(bytes: Uint8Array, start: number, end: number): string | undefined {
  const hex = units.get(end - start);
  if (hex === undefined) return undefined;
  let any = 0;
  for (let i = start; i < end; i += 1) {
    const digit = hexDigit(bytes[i]);
    if (digit === undefined) return undefined;
    any |= digit;
    hex[i - start] = DIGITS[digit]!;
  }
  return any === 0 ? undefined : String.fromCharCode(...hex);
}
