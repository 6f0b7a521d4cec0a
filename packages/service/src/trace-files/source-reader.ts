import { type Part } from "./backend/backend-query.ts";
import { TooLarge, Unreadable } from "./backend/http-reader.ts";
import { BadCompression, compressionOf, Inflater } from "./inflate.ts";
import { DetectingDecoder } from "./span-decoder.ts";
import type { SpanSink } from "./span-sink.ts";
import type { FinishedSpanView } from "@headway/core/signals";
import type { SourceSummary } from "./span-source.ts";

/** Of the first chunk, which alone says how an input is compressed. */
const MAGIC_BYTES = 4;

/** Reads one input, whatever it is compressed with and written in. Never throws for what it reads: it counts that. */
export class SourceReader {
  bytes = 0;
  readonly name: string;
  readonly sink: SpanSink;
  readonly #notes: string[] = [];
  #inflatedBytes = 0;
  #isCompressed = false;

  constructor(name: string, sink: SpanSink) {
    this.name = name;
    this.sink = sink;
  }

  /** The spans of each chunk, also where there are none: the caller may want to tell how far it is. */
  async *read(parts: AsyncIterable<Part>): AsyncGenerator<readonly FinishedSpanView[]> {
    try {
      for await (const part of parts) {
        if (part.tracesMax !== undefined) this.sink.beginPart();
        yield* this.#part(part);
        this.#noteBound(part);
      }
    } catch (error) {
      this.#failed(error, "");
    }
  }

  summary(): SourceSummary {
    return {
      name: this.name,
      formats: [...this.sink.formats],
      compressed: this.#isCompressed,
      bytes: this.bytes,
      inflatedBytes: this.#inflatedBytes,
      spans: this.sink.count,
      outside: this.sink.outside,
      rejected: this.sink.rejected(),
      notes: this.#notes,
    };
  }

  async *#part({ chunks, of }: Part): AsyncGenerator<readonly FinishedSpanView[]> {
    const decoder = new DetectingDecoder(this.sink);
    try {
      for await (const inflated of this.#inflated(chunks)) {
        this.#inflatedBytes += inflated.length;
        decoder.push(inflated);
        yield this.sink.take();
      }
    } catch (error) {
      this.#failed(error, of);
    }
    decoder.end();
    yield this.sink.take();
  }

  async *#inflated(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let inflater: Inflater | undefined;
    let head: Buffer | undefined = Buffer.alloc(0);
    try {
      for await (const chunk of chunks) {
        this.bytes += chunk.length;
        let bytes = chunk;
        if (head !== undefined) {
          head = head.length === 0 ? Buffer.from(chunk) : Buffer.concat([head, chunk]);
          if (head.length < MAGIC_BYTES) continue;
          inflater = this.#inflaterFor(head);
          bytes = head;
          head = undefined;
        }
        if (inflater === undefined) yield bytes;
        else yield* inflater.push(bytes);
      }
      if (head !== undefined) yield head;
      if (inflater !== undefined) yield* inflater.end();
    } finally {
      inflater?.close();
    }
  }

  #inflaterFor(head: Buffer): Inflater | undefined {
    const compression = compressionOf(head);
    if (compression === undefined) return undefined;
    this.#isCompressed = true;
    return new Inflater(compression);
  }

  #failed(error: unknown, of: string): void {
    const where = of === "" ? "" : `${of}: `;
    if (error instanceof BadCompression) this.sink.reject("bad-compression", where + error.message);
    else if (error instanceof TooLarge) this.sink.reject("too-large", where + error.message);
    else if (error instanceof Unreadable) this.sink.reject("unreadable", where + error.message);
    else if (error instanceof Error && "code" in error)
      this.sink.reject("unreadable", `${where}reading failed: ${String(error.code)}`);
    else throw error;
  }

  #noteBound({ of, tracesMax }: Part): void {
    if (tracesMax === undefined) return;
    const traces = this.sink.beginPart();
    if (traces >= tracesMax)
      this.#notes.push(
        `${of}: ${traces} traces came, as many as were asked for; there may be more`,
      );
  }
}
