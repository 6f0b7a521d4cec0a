import { type KeySet, NONE } from "./key-set.ts";

/** The bytes at hand end inside what was being read. Thrown and caught within this folder; it says nothing, so one will do. */
export class Incomplete extends Error {
  override readonly name = "Incomplete";
}
const INCOMPLETE = new Incomplete("the window ends here");

/** What stands there is no JSON, or not of the type that it must be. The message never says what stood there. */
export class Malformed extends Error {
  override readonly name = "Malformed";
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const NEWLINE = 0x0a;
export const OPEN = 0x7b;
export const CLOSE = 0x7d;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;

/** Read beyond the end without asking: zeros there stop every loop. */
const PADDING = 64;
const NOTHING = Buffer.alloc(PADDING);

const EACH_BYTE = Array.from({ length: 256 }, (_, byte) => byte);
/** 1 where a skipped container needs a look. */
const STOPS_SKIP = Uint8Array.from(EACH_BYTE, (byte) =>
  [QUOTE, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST, NEWLINE, 0].includes(byte) ? 1 : 0,
);
/** 1 for what numbers and literals are written with. */
const IN_SCALAR = Uint8Array.from(EACH_BYTE, (byte) =>
  /[-+.0-9a-zA-Z]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
const RESTART = Buffer.from('{"resourceSpans"');

/**
 * What at the beginning of a line ends whatever was open, as its writer was cut off: nothing, what a Collector begins each of
 * its documents with, or any object or array.
 */
export type LineGuard = "none" | "request" | "any";

/**
 * Walks JSON in a window of bytes that moves over an input of any length. Only what is asked for becomes a value; what is
 * skipped is merely balanced, not checked, and never becomes a string.
 *
 * W1  Where the window ends inside a token, `Incomplete` is thrown. Whoever began a unit of work puts `pos` and `line` back to
 *     where it began, and tries again with more bytes.
 * W2  A number at the very end of an input is whole only once `isLast` is set.
 */
export class JsonWindow {
  bytes: Buffer = NOTHING;
  view: DataView = new DataView(NOTHING.buffer, NOTHING.byteOffset, PADDING);
  pos = 0;
  end = 0;
  /** Of `pos`, counted from 1. Newlines stand only between tokens, so counting them costs nothing elsewhere. */
  line = 1;
  isLast = false;
  /** Where the inside of the last string stands, and whether its bytes are not yet the text. */
  start = 0;
  stop = 0;
  escaped = false;
  guard: LineGuard = "none";
  #first = false;

  /** Adds to the end; what lies before `keepFrom` is given up. */
  append(chunk: Uint8Array, keepFrom: number): void {
    const kept = this.end - keepFrom;
    const size = kept + chunk.length;
    if (size + PADDING > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(size + PADDING, this.bytes.length * 2));
      this.bytes.copy(larger, 0, keepFrom, this.end);
      this.bytes = larger;
      this.view = new DataView(larger.buffer, larger.byteOffset, larger.length);
    } else this.bytes.copyWithin(0, keepFrom, this.end);
    this.bytes.set(chunk, kept);
    this.end = size;
    this.bytes.fill(0, size, size + PADDING);
    this.pos -= keepFrom;
  }

  /** The next byte that is no white space. */
  peek(): number {
    const byte = this.bytes[this.pos]!;
    return byte > 0x20 ? byte : this.#afterWhite();
  }

  openObject(): boolean {
    return this.#open(OPEN, "an object");
  }

  openList(): boolean {
    return this.#open(OPEN_LIST, "an array");
  }

  /** Moves to the next value of the object that was opened last; false where it ends, which steps out of it. */
  nextKey(): boolean {
    if (!this.nextItem(CLOSE)) return false;
    this.key();
    return true;
  }

  nextItem(close: number = CLOSE_LIST): boolean {
    const isMore = this.nextOf(close, this.#first);
    this.#first = false;
    return isMore;
  }

  /** The same for one who keeps account of what is first by himself. */
  nextOf(close: number, isFirst: boolean): boolean {
    const byte = this.peek();
    if (byte === close) {
      this.pos += 1;
      return false;
    }
    if (!isFirst) {
      if (byte !== COMMA) throw new Malformed("a comma was expected");
      this.pos += 1;
    }
    return true;
  }

  key(): void {
    this.text();
    if (this.peek() !== COLON) throw new Malformed("a colon was expected");
    this.pos += 1;
  }

  /** Which of these the last key or string is. One written with escapes is none of them: no writer escapes such names. */
  which(keys: KeySet): number {
    return this.escaped ? NONE : keys.indexOf(this.view, this.start, this.stop);
  }

  isString(): boolean {
    return this.peek() === QUOTE;
  }

  /** Finds the string that stands here, without making one. */
  text(): void {
    if (this.peek() !== QUOTE) throw new Malformed("a string was expected");
    this.stringFrom(this.pos + 1);
  }

  /** The same, whose inside is known to begin at `start`. */
  stringFrom(start: number): void {
    this.escaped = false;
    this.stop = this.#endOfString(start);
    this.start = start;
    this.pos = this.stop + 1;
  }

  /** Finds the number or literal that stands here. */
  scalar(): void {
    this.peek();
    const { bytes } = this;
    let at = this.pos;
    while (IN_SCALAR[bytes[at]!] === 1) at += 1;
    if (at >= this.end && !this.isLast) throw INCOMPLETE;
    if (at === this.pos) throw new Malformed("a value was expected");
    this.start = this.pos;
    this.stop = at;
    this.escaped = false;
    this.pos = at;
  }

  /** Finds a number, also one written as a string, as 64-bit ones are; false, and skipped, where it is none. */
  digits(): boolean {
    const byte = this.peek();
    if (byte === QUOTE) this.text();
    else if (byte === OPEN || byte === OPEN_LIST) {
      this.skip();
      return false;
    } else this.scalar();
    const first = this.bytes[this.start]!;
    return this.stop > this.start && (first === 0x2d || (first >= 0x30 && first <= 0x39));
  }

  skip(): void {
    const byte = this.peek();
    if (byte === QUOTE) this.text();
    else if (byte === OPEN || byte === OPEN_LIST) this.#skipContainer();
    else this.scalar();
  }

  /** Moves behind the end of the line; false where the window ends before it does. */
  toNextLine(): boolean {
    const at = this.bytes.indexOf(NEWLINE, this.pos);
    const isFound = at >= 0 && at < this.end;
    this.pos = isFound ? at + 1 : this.end;
    if (isFound) this.line += 1;
    return isFound;
  }

  #open(byte: number, what: string): boolean {
    const found = this.peek();
    if (found === byte) {
      this.pos += 1;
      this.#first = true;
      return true;
    }
    // `null` is a field left out, as in protobuf's JSON.
    if (found !== 0x6e) throw new Malformed(`${what} was expected`);
    this.scalar();
    return false;
  }

  #endOfString(start: number): number {
    const { view } = this;
    let at = start;
    for (;;) {
      const four = view.getInt32(at, true);
      const stops = stopsIn(four);
      if (stops === 0) {
        at += 4;
        continue;
      }
      at += firstOf(stops);
      const byte = this.bytes[at]!;
      if (byte === QUOTE) return at;
      if (at >= this.end) throw INCOMPLETE;
      if (byte !== BACKSLASH) throw new Malformed("a string did not end on its line");
      this.escaped = true;
      at += 2;
    }
  }

  /** By count of brackets alone, so without recursion: what is skipped may be nested as deeply as it likes. */
  #skipContainer(): void {
    const { bytes } = this;
    let depth = 0;
    for (let at = this.pos; ; at += 1) {
      while (STOPS_SKIP[bytes[at]!] === 0) at += 1;
      const byte = bytes[at]!;
      if (byte === QUOTE) at = this.#endOfString(at + 1);
      else if (byte === OPEN || byte === OPEN_LIST) depth += 1;
      else if (byte === NEWLINE) this.newline(at);
      else if (byte === 0) {
        if (at >= this.end) throw INCOMPLETE;
        throw new Malformed("a value was expected");
      } else {
        depth -= 1;
        if (depth > 0) continue;
        this.pos = at + 1;
        return;
      }
    }
  }

  #afterWhite(): number {
    const { bytes } = this;
    let at = this.pos;
    let byte = bytes[at]!;
    while (byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09) {
      if (byte === NEWLINE) this.newline(at);
      at += 1;
      byte = bytes[at]!;
    }
    this.pos = at;
    if (at >= this.end) throw INCOMPLETE;
    return byte;
  }

  newline(at: number): void {
    if (this.guard !== "none" && this.#isNewDocument(at + 1))
      throw new Malformed("the line ended before its document did");
    this.line += 1;
  }

  #isNewDocument(at: number): boolean {
    if (at + RESTART.length > this.end && !this.isLast) throw INCOMPLETE;
    const byte = this.bytes[at];
    if (this.guard === "any") return byte === OPEN || byte === OPEN_LIST;
    return (
      byte === OPEN &&
      RESTART.compare(this.bytes, at, Math.min(at + RESTART.length, this.end)) === 0
    );
  }
}

const ONES = 0x01010101;
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const BLANKS = 0x20202020;
const TOPS = 0x80808080 | 0;

/**
 * Four bytes at once: the top bit of each that is a quote, a backslash or a control character. What is subtracted borrows from
 * a byte only if the one below it is hit, so the lowest bit is always right, and only that is used (Warren, Hacker's Delight, 6-1).
 */
function stopsIn(four: number): number {
  const quotes = four ^ QUOTES;
  const backslashes = four ^ BACKSLASHES;
  return (
    (((quotes - ONES) & ~quotes) |
      ((backslashes - ONES) & ~backslashes) |
      ((four - BLANKS) & ~four)) &
    TOPS
  );
}

/** Which of the four bytes, the first in memory being the lowest. */
function firstOf(stops: number): number {
  return (31 - Math.clz32(stops & -stops)) >> 3;
}
