import { zstdDecompressSync } from "node:zlib";
import { decodeTraces } from "@headway/core/signals";
import { type Framing, varintAt, ZSTD_MAGIC } from "./detect-format.ts";
import { JsonSpans } from "./json/json-spans.ts";
import type { SpanDecoder } from "./span-decoder.ts";
import type { SpanSink } from "./span-sink.ts";

const MESSAGE_BYTES_MAX = 64 * 2 ** 20;
/** A span takes forty bytes at the least. */
const SPANS_MAX = MESSAGE_BYTES_MAX / 40;
const RESOURCE_SPANS = 0x0a;
const OPEN = 0x7b;

interface Frame {
  /** From where the decoder is to read; a part of a message that is large is a message itself. */
  readonly from: number;
  readonly to: number;
  readonly isMessage: boolean;
}

export interface ProtobufSpansOptions {
  readonly sink: SpanSink;
  readonly framing: Framing;
  readonly messageBytesMax?: number;
}

/**
 * Spans out of protobuf that comes in pieces. Of a message that stands alone, each `resource_spans` is read by itself: bytes of
 * messages that stand one behind another are one message, and so the other way round. So no file is held whole.
 */
export class ProtobufSpans implements SpanDecoder {
  readonly #sink: SpanSink;
  readonly #framing: Framing;
  readonly #messageBytesMax: number;
  #bytes: Buffer = Buffer.alloc(0);
  /** Of a message that was too large, still to come. */
  #skip = 0;
  #isBroken = false;
  /** The Collector writes compressed JSON in frames too. */
  #json: JsonSpans | undefined;

  constructor({ sink, framing, messageBytesMax }: ProtobufSpansOptions) {
    this.#sink = sink;
    this.#framing = framing;
    this.#messageBytesMax = messageBytesMax ?? MESSAGE_BYTES_MAX;
  }

  push(chunk: Uint8Array): void {
    if (this.#isBroken) return;
    const skipped = Math.min(this.#skip, chunk.length);
    this.#skip -= skipped;
    if (skipped === chunk.length) return;
    // A copy: the chunk's memory is its reader's.
    this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(skipped)]);
    this.#run();
  }

  end(): void {
    if ((this.#bytes.length > 0 || this.#skip > 0) && !this.#isBroken)
      this.#sink.reject("cut-short", "the input ends inside a message");
    this.#json?.end();
  }

  #run(): void {
    let at = 0;
    while (at < this.#bytes.length) {
      const frame = this.#frameAt(at);
      if (frame === undefined) break;
      if (frame.to - frame.from > this.#messageBytesMax) {
        this.#sink.reject("too-large", "a message is larger than what is held at once");
        this.#skip = Math.max(0, frame.to - this.#bytes.length);
      } else if (frame.to > this.#bytes.length) break;
      else if (frame.isMessage) this.#decode(this.#bytes.subarray(frame.from, frame.to));
      at = Math.min(frame.to, this.#bytes.length);
    }
    this.#bytes = this.#isBroken ? Buffer.alloc(0) : this.#bytes.subarray(at);
  }

  /** Undefined where it is cut off, or broken. */
  #frameAt(at: number): Frame | undefined {
    if (this.#framing === "message") return this.#fieldAt(at);
    if (this.#framing === "varint") {
      const length = this.#varintAt(at);
      return length && { from: length.after, to: length.after + length.value, isMessage: true };
    }
    if (at + 4 > this.#bytes.length) return undefined;
    const from = at + 4;
    return { from, to: from + this.#bytes.readUInt32BE(at), isMessage: true };
  }

  /** One field of the message that is the whole input. */
  #fieldAt(at: number): Frame | undefined {
    const tag = this.#varintAt(at);
    if (tag === undefined) return undefined;
    const wire = tag.value & 7;
    const isMessage = tag.value === RESOURCE_SPANS;
    if (wire === 1 || wire === 5)
      return { from: at, to: tag.after + (wire === 1 ? 8 : 4), isMessage };
    const value = wire === 0 || wire === 2 ? this.#varintAt(tag.after) : this.#broken();
    if (value === undefined) return undefined;
    return { from: at, to: value.after + (wire === 2 ? value.value : 0), isMessage };
  }

  #varintAt(at: number): ReturnType<typeof varintAt> {
    const varint = varintAt(this.#bytes, at);
    if (varint === undefined && at + 5 <= this.#bytes.length) return this.#broken();
    return varint;
  }

  /** Nothing in protobuf says where the next message begins, once a length is wrong. */
  #broken(): undefined {
    this.#sink.reject("not-a-trace", "broken protobuf: no field or length where one must be");
    this.#isBroken = true;
  }

  #decode(frame: Buffer): void {
    const body = this.#inflated(frame);
    if (body === undefined) return;
    if (body[0] === OPEN) {
      this.#json ??= new JsonSpans({ sink: this.#sink });
      this.#json.push(body);
      return;
    }
    const decoded = decodeTraces(body, "protobuf", { spansMax: SPANS_MAX });
    if (!decoded.ok) {
      this.#sink.reject("not-a-trace", "broken protobuf: a field ends beyond its message");
      return;
    }
    this.#sink.formats.add("otlp-protobuf");
    for (const span of decoded.spans) this.#sink.add(span);
    if (decoded.rejected > 0)
      this.#sink.reject("broken-span", decoded.message, undefined, decoded.rejected);
  }

  /** With `compression: zstd` the Collector's file exporter compresses each message by itself. */
  #inflated(frame: Buffer): Buffer | undefined {
    if (frame.length < 4 || frame.readUInt32LE(0) !== ZSTD_MAGIC) return frame;
    try {
      return zstdDecompressSync(frame, { maxOutputLength: this.#messageBytesMax });
    } catch {
      this.#sink.reject("bad-compression", "a message is not valid zstd, or inflates too far");
      return undefined;
    }
  }
}
