import type { SpanSink } from "../span-sink.ts";
import { DocumentWalk } from "./document-walk.ts";
import {
  CLOSE,
  CLOSE_LIST,
  Incomplete,
  JsonWindow,
  Malformed,
  OPEN,
  OPEN_LIST,
} from "./json-window.ts";
import { RawSkip } from "./raw-skip.ts";

export interface JsonSpansOptions {
  readonly sink: SpanSink;
  /** What one span, one resource or one line of rubbish may have and still be held. */
  readonly unitBytesMax?: number;
}

const COMMA = 0x2c;
/** UTF-8's byte order mark, EF BB BF, which some editors put in front. */
const BOM = 0xef;
const BOM_BYTES = 3;
const UNIT_BYTES_MAX = 32 * 2 ** 20;

/**
 * Spans out of JSON that comes in pieces: documents one after another, on a line each or over many, of any of the formats and of
 * any size. Each piece is used up as far as it goes; only the span that it ends in is kept for the next one.
 *
 * What is broken costs as little as it can: a span of wrong types that span, a broken line the rest of that line.
 */
export class JsonSpans {
  readonly #sink: SpanSink;
  readonly #unitBytesMax: number;
  readonly #window = new JsonWindow();
  readonly #walk: DocumentWalk;
  #skipping: RawSkip | undefined;
  /** In a line that is no document; so the rest of it is not looked at. */
  #isInRubbish = false;
  /** After a mistake, only what begins a line can be a document: all else is the rest of the broken one. */
  #isResyncing = false;
  /** Then a bracket that closes nothing is of the array that was given up. */
  #hasBroken = false;
  #isAtLineStart = true;
  /** With fewer bytes at hand, trying again is of no use. */
  #retryAt = 0;

  constructor({ sink, unitBytesMax }: JsonSpansOptions) {
    this.#sink = sink;
    this.#unitBytesMax = unitBytesMax ?? UNIT_BYTES_MAX;
    this.#walk = new DocumentWalk(this.#window, sink);
  }

  push(chunk: Uint8Array): void {
    const window = this.#window;
    window.append(chunk, window.pos);
    if (window.end - window.pos >= this.#retryAt) this.#run();
  }

  /** There is no more. */
  end(): void {
    const window = this.#window;
    window.isLast = true;
    this.#run();
    if (this.#walk.isOpen || this.#skipping !== undefined || window.pos < window.end)
      this.#sink.reject("cut-short", "the input ends inside a document", window.line);
    this.#walk.abandon();
  }

  #run(): void {
    this.#retryAt = 0;
    for (;;) {
      try {
        while (this.#advance());
        return;
      } catch (error) {
        if (error instanceof Malformed) this.#recover(error);
        else if (error instanceof Incomplete) {
          if (!this.#await()) return;
        } else throw error;
      }
    }
  }

  /** Does one unit of work; false where there is no more to do with the bytes at hand. */
  #advance(): boolean {
    if (this.#skipping !== undefined) {
      if (!this.#skipping.run(this.#window)) return false;
      this.#skipping = undefined;
    }
    if (this.#walk.isOpen) {
      this.#walk.step();
      return true;
    }
    return this.#between();
  }

  /** Between documents: finds the next one. */
  #between(): boolean {
    const window = this.#window;
    if (this.#isInRubbish) {
      if (!window.toNextLine()) return false;
      this.#isInRubbish = false;
      this.#isAtLineStart = true;
    }
    if (!this.#skipWhite()) return false;
    const byte = window.bytes[window.pos]!;
    const isAtLineStart = this.#isAtLineStart;
    if (byte === COMMA || (byte === BOM && window.pos + BOM_BYTES <= window.end)) {
      window.pos += byte === BOM ? BOM_BYTES : 1;
      return true;
    }
    if ((byte === OPEN || byte === OPEN_LIST) && (isAtLineStart || !this.#isResyncing)) {
      this.#walk.open();
      this.#isAtLineStart = false;
      this.#isResyncing = false;
      return true;
    }
    const isCloser = byte === CLOSE || byte === CLOSE_LIST;
    const isRest = (this.#isResyncing && !isAtLineStart) || (this.#hasBroken && isCloser);
    if (!isRest) this.#sink.reject("not-a-trace", "a line that is no JSON", window.line);
    this.#isInRubbish = true;
    return true;
  }

  /** False at the end of the window. */
  #skipWhite(): boolean {
    const window = this.#window;
    for (; window.pos < window.end; window.pos += 1) {
      const byte = window.bytes[window.pos]!;
      if (byte === 0x0a) {
        window.line += 1;
        this.#isAtLineStart = true;
      } else if (byte === 0x20 || byte === 0x09) this.#isAtLineStart = false;
      else if (byte !== 0x0d) return true;
    }
    return false;
  }

  /** The window ends in a unit. True where that is stepped over without having been read. */
  #await(): boolean {
    const window = this.#window;
    if (this.#skipping !== undefined) return false;
    const { isStranger } = this.#walk;
    this.#walk.rewind();
    const length = window.end - window.pos;
    // More is asked for in ever larger steps, so that a long unit is not begun again with every chunk.
    this.#retryAt = length * 2;
    if (window.isLast || (!isStranger && length <= this.#unitBytesMax)) return false;
    if (!isStranger) {
      const message = "a span or a line is larger than what is held at once";
      this.#sink.reject("too-large", message, window.line);
    }
    this.#retryAt = 0;
    if (this.#walk.isOpen) {
      this.#walk.passOver();
      this.#skipping = new RawSkip();
    } else this.#isInRubbish = true;
    return true;
  }

  /** Something is broken. What was whole is kept, and the next line that may begin a document is looked for. */
  #recover({ message }: Malformed): void {
    const window = this.#window;
    const walk = this.#walk;
    this.#sink.reject("not-a-trace", `broken JSON: ${message}`, window.line);
    if (this.#skipping === undefined) {
      window.pos = walk.itemPos;
      window.line = walk.itemLine;
    }
    this.#skipping = undefined;
    walk.abandon();
    this.#isInRubbish = true;
    this.#isResyncing = true;
    this.#hasBroken = true;
  }
}
