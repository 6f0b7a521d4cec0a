import { detectFormat, PREFIX_BYTES } from "./detect-format.ts";
import { JsonSpans } from "./json/json-spans.ts";
import { ProtobufSpans } from "./protobuf-spans.ts";
import type { SpanSink } from "./span-sink.ts";

/** Takes an input's bytes, inflated, in pieces of any size, and puts the spans into its sink. A piece may be reused once `push` returns. */
export interface SpanDecoder {
  push(chunk: Uint8Array): void;
  /** There is no more: what is incomplete is counted as cut short. */
  end(): void;
}

/** The decoder for whatever the bytes turn out to be. */
export class DetectingDecoder implements SpanDecoder {
  readonly #sink: SpanSink;
  #prefix: Buffer = Buffer.alloc(0);
  #decoder: SpanDecoder | undefined;

  constructor(sink: SpanSink) {
    this.#sink = sink;
  }

  push(chunk: Uint8Array): void {
    if (this.#decoder !== undefined) {
      this.#decoder.push(chunk);
      return;
    }
    this.#prefix = Buffer.concat([this.#prefix, chunk]);
    if (this.#prefix.length >= PREFIX_BYTES) this.#decide();
  }

  end(): void {
    if (this.#decoder === undefined && this.#prefix.length > 0) this.#decide();
    this.#decoder?.end();
  }

  #decide(): void {
    const sink = this.#sink;
    const format = detectFormat(this.#prefix.subarray(0, PREFIX_BYTES));
    this.#decoder =
      format === "json" ? new JsonSpans({ sink }) : new ProtobufSpans({ sink, framing: format });
    this.#decoder.push(this.#prefix);
    this.#prefix = Buffer.alloc(0);
  }
}
