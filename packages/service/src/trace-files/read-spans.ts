import { createReadStream } from "node:fs";
import { nowMs } from "../clock.ts";
import type { Part } from "./backend/backend-query.ts";
import { timedQuery } from "./backend/backend-query.ts";
import { HttpReader } from "./backend/http-reader.ts";
import { urlParts } from "./backend/url-parts.ts";
import { findInputs, type Input } from "./find-inputs.ts";
import { readFileChunks } from "./read-file.ts";
import { SourceReader } from "./source-reader.ts";
import { SpanSink } from "./span-sink.ts";
import type {
  ReadProgress,
  ReadSpansOptions,
  ReadSummary,
  SpanBatch,
  SpanReading,
} from "./span-source.ts";

/**
 * Reads the spans of files, directories, globs, `-` and URLs, one input after another, in memory that does not grow with them.
 * Format and compression are told by content.
 */
export function readSpans(inputs: readonly string[], options: ReadSpansOptions = {}): SpanReading {
  return new Reading(inputs, options);
}

class Reading implements SpanReading {
  readonly #words: readonly string[];
  readonly #options: ReadSpansOptions;
  readonly #readers: SourceReader[] = [];
  #bytesTotal: number | undefined;

  constructor(words: readonly string[], options: ReadSpansOptions) {
    this.#words = words;
    this.#options = options;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SpanBatch> {
    const { directory = process.cwd() } = this.#options;
    const inputs = await findInputs(this.#words, directory);
    this.#bytesTotal = inputs.every((input) => input.kind === "file")
      ? inputs.reduce((sum, { bytes }) => sum + bytes, 0)
      : undefined;
    for (const input of inputs) {
      if (this.#options.signal?.aborted === true) return;
      yield* this.#read(input);
    }
  }

  summary(): ReadSummary {
    const sources = this.#readers.map((reader) => reader.summary());
    const sum = (of: (source: (typeof sources)[number]) => number): number =>
      sources.reduce((total, source) => total + of(source), 0);
    const firstMs = Math.min(...this.#readers.map(({ sink }) => sink.firstMs));
    const lastMs = Math.max(...this.#readers.map(({ sink }) => sink.lastMs));
    return {
      sources,
      spans: sum(({ spans }) => spans),
      outside: sum(({ outside }) => outside),
      rejected: sum(({ rejected }) => rejected.reduce((all, { count }) => all + count, 0)),
      bytes: sum(({ bytes }) => bytes),
      inflatedBytes: sum(({ inflatedBytes }) => inflatedBytes),
      firstMs: Number.isFinite(firstMs) ? firstMs : undefined,
      lastMs: Number.isFinite(lastMs) ? lastMs : undefined,
    };
  }

  async *#read(input: Input): AsyncGenerator<SpanBatch> {
    const { signal, fromMs, toMs } = this.#options;
    const source = new SourceReader(input.name, new SpanSink({ fromMs, toMs }));
    this.#readers.push(source);
    for await (const spans of source.read(this.#parts(input))) {
      this.#progress(source.name);
      if (spans.length > 0) yield { spans, source: source.name };
      if (signal?.aborted === true) return;
    }
  }

  #parts(input: Input): AsyncIterable<Part> {
    switch (input.kind) {
      case "file":
        return only(readFileChunks(input.path));
      case "stdin":
        return only(this.#options.stdin ?? createReadStream("", { fd: 0 }));
      case "url": {
        const { fetch = globalThis.fetch, headers = {}, signal, fromMs, toMs } = this.#options;
        const query = timedQuery(this.#options.backend ?? {}, { fromMs, toMs, nowMs: nowMs() });
        return urlParts(input.url, query, new HttpReader({ fetch, headers, signal }));
      }
    }
  }

  #progress(source: string): void {
    const { onProgress } = this.#options;
    if (onProgress === undefined) return;
    let bytesRead = 0;
    let spans = 0;
    let rejected = 0;
    for (const { bytes, sink } of this.#readers) {
      bytesRead += bytes;
      spans += sink.count;
      rejected += sink.rejectedCount;
    }
    onProgress({
      source,
      bytesRead,
      bytesTotal: this.#bytesTotal,
      spans,
      rejected,
    } satisfies ReadProgress);
  }
}

async function* only(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Part> {
  yield { of: "", chunks };
}
