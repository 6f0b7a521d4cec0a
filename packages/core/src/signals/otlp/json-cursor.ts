import type { ByteKeys } from "./byte-keys.ts";
import { type JsonText, readString, scanNumber, scanString } from "./json-tokens.ts";
import { Malformed } from "./malformed.ts";

const DEPTH_MAX = 64;
/** JSON's grammar sets no bound; no sender needs more to write a double. */
const DIGITS_MAX = 64;
const CHAR = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  open: 0x7b,
  close: 0x7d,
  openList: 0x5b,
  closeList: 0x5d,
} as const;
const LITERALS = ["true", "false", "null"].map((text) =>
  Array.from(text, (char) => char.charCodeAt(0)),
);

/**
 * Walks a JSON document (RFC 8259) in its bytes. All of its syntax is checked, yet only what is asked for becomes a value:
 * a skipped string is never made, however long it is.
 *
 *     if (cursor.openObject()) while (cursor.nextKey()) {
 *       if (cursor.key(FIELDS) === "name") name = cursor.string(256);
 *       else cursor.skip();
 *     }
 *
 * Each value must be read or skipped before the next `nextKey` or `nextItem`.
 */
export class JsonCursor {
  readonly bytes: Uint8Array;
  pos = 0;
  readonly #view: DataView;
  #depth = 0;
  #first = false;
  #key: JsonText = { start: 0, end: 0, escaped: false };

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Steps into an object. `null` is no object but a field left out, as in protobuf's JSON: it is skipped. */
  openObject(): boolean {
    return this.#open(CHAR.open, "an object");
  }

  openList(): boolean {
    return this.#open(CHAR.openList, "an array");
  }

  /** Moves to the next value of the object; false where it ends, which steps out of it. */
  nextKey(): boolean {
    if (!this.#next(CHAR.close)) return false;
    if (this.#peek() !== CHAR.quote) throw this.#broken("a key");
    this.#key = scanString(this.bytes, this.pos);
    this.pos = this.#key.end + 1;
    this.#expect(CHAR.colon, "a colon");
    return true;
  }

  nextItem(): boolean {
    return this.#next(CHAR.closeList);
  }

  /** Runs `item` at each value of a list, which must read or skip it. */
  each(item: () => void): void {
    if (this.openList()) while (this.nextItem()) item();
  }

  /** Which of these keys the value stands under. */
  key<K extends string>(keys: ByteKeys<K>): K | undefined {
    return this.#match(keys, this.#key);
  }

  isString(): boolean {
    return this.#peek() === CHAR.quote;
  }

  /** The bytes of a string, without a string made of it. */
  text(): JsonText {
    if (!this.isString()) throw this.#broken("a string");
    const text = scanString(this.bytes, this.pos);
    this.pos = text.end + 1;
    return text;
  }

  /** Undefined, and skipped, where the value is no string. */
  string(unitsMax: number): string | undefined {
    if (!this.isString()) return this.skip();
    return readString(this.bytes, this.text(), unitsMax);
  }

  /** Which of the keys a string value is; undefined where it is none of them, or no string. */
  keyword<K extends string>(keys: ByteKeys<K>): K | undefined {
    if (!this.isString()) return this.skip();
    return this.#match(keys, this.text());
  }

  /** A number, also one written as a string as protobuf's JSON writes 64-bit integers. Undefined where it is none. */
  number(): number | undefined {
    const range = this.numberText();
    if (range === undefined || range.end - range.start > DIGITS_MAX) return undefined;
    return Number(readString(this.bytes, range, DIGITS_MAX));
  }

  /** The digits of such a number, for what a double cannot hold. */
  numberText(): JsonText | undefined {
    if (!this.isString()) {
      const start = this.#start();
      this.skip();
      const isNumber = this.bytes[start] === 0x2d || isDigit(this.bytes[start]);
      return isNumber ? { start, end: this.pos, escaped: false } : undefined;
    }
    const text = this.text();
    return scanNumber(this.bytes, text.start, text.end) === text.end ? text : undefined;
  }

  boolean(): boolean | undefined {
    const start = this.#start();
    this.skip();
    return this.bytes[start] === 0x74 ? true : this.bytes[start] === 0x66 ? false : undefined;
  }

  skip(): undefined {
    const byte = this.#peek();
    if (byte === CHAR.open) {
      this.openObject();
      while (this.nextKey()) this.skip();
    } else if (byte === CHAR.openList) {
      this.openList();
      while (this.nextItem()) this.skip();
    } else if (byte === CHAR.quote) this.text();
    else this.#skipScalar();
  }

  /** Nothing but white space may follow the document. */
  finish(): void {
    if (this.#peek() !== undefined) throw this.#broken("the end");
  }

  #skipScalar(): void {
    for (const literal of LITERALS) {
      if (literal.every((byte, i) => this.bytes[this.pos + i] === byte)) {
        this.pos += literal.length;
        return;
      }
    }
    const end = scanNumber(this.bytes, this.pos, this.bytes.length);
    if (end === undefined) throw this.#broken("a value");
    this.pos = end;
  }

  #open(byte: number, what: string): boolean {
    const found = this.#peek();
    if (found !== byte) {
      if (found !== 0x6e) throw this.#broken(what);
      this.#skipScalar();
      return false;
    }
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw this.#broken(`no more than ${DEPTH_MAX} levels`);
    this.pos += 1;
    this.#first = true;
    return true;
  }

  #next(close: number): boolean {
    const isFirst = this.#first;
    this.#first = false;
    if (this.#peek() === close) {
      this.pos += 1;
      this.#depth -= 1;
      return false;
    }
    if (!isFirst) this.#expect(CHAR.comma, "a comma");
    return true;
  }

  #match<K extends string>(keys: ByteKeys<K>, text: JsonText): K | undefined {
    if (text.escaped) return keys.matchString(readString(this.bytes, text, 256));
    return keys.match(this.#view, text.start, text.end);
  }

  #expect(byte: number, what: string): void {
    if (this.#peek() !== byte) throw this.#broken(what);
    this.pos += 1;
  }

  #start(): number {
    this.#peek();
    return this.pos;
  }

  /** The next byte that is no white space; undefined at the end. */
  #peek(): number | undefined {
    let byte = this.bytes[this.pos];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09)
      byte = this.bytes[(this.pos += 1)];
    return byte;
  }

  #broken(wanted: string): Malformed {
    return new Malformed(`body must be JSON, with ${wanted} at byte ${this.pos}`);
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
