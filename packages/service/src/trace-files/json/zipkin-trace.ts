import type { FinishedSpanView } from "@headway/core/signals";
import type { SpanSink } from "../span-sink.ts";
import type { Mutable } from "./otlp-span.ts";

/** An array of more spans is given out in parts. */
const HELD_MAX = 20_000;

export interface ZipkinSpanRead {
  readonly span: Mutable<FinishedSpanView>;
  /** The server's half of a call whose client wrote a span of the same id. */
  readonly isShared: boolean;
  readonly service: string;
}

/**
 * The spans of one array. With B3's shared spans, client and server write two halves of a call under one id. Here a span is one
 * side of a call: the server's half gets an id of its own, below the client's, and the spans of its service move below it.
 */
export class ZipkinTrace {
  readonly #sink: SpanSink;
  #held: ZipkinSpanRead[] = [];
  #hasShared = false;

  constructor(sink: SpanSink) {
    this.#sink = sink;
  }

  add(read: ZipkinSpanRead): void {
    this.#held.push(read);
    this.#hasShared ||= read.isShared;
    if (this.#held.length >= HELD_MAX) this.release();
  }

  release(): void {
    if (this.#hasShared) this.#part();
    for (const { span } of this.#held) this.#sink.add(span);
    this.#held = [];
    this.#hasShared = false;
  }

  #part(): void {
    const clients = new Set<string>();
    for (const { span, isShared } of this.#held)
      if (!isShared) clients.add(span.traceId + span.spanId);
    const servers = new Map<string, string>();
    for (const { span, isShared, service } of this.#held) {
      // Its client's half may be in another file, or lost: then nothing stands twice.
      if (!isShared || !clients.has(span.traceId + span.spanId)) continue;
      const own = ownId(span.spanId);
      servers.set(`${span.traceId}${span.spanId} ${service}`, own);
      span.parentSpanId = span.spanId;
      span.spanId = own;
    }
    for (const { span, isShared, service } of this.#held) {
      if (isShared || span.parentSpanId === undefined) continue;
      span.parentSpanId =
        servers.get(`${span.traceId}${span.parentSpanId} ${service}`) ?? span.parentSpanId;
    }
  }
}

/** Another id that follows from the first, so that reading twice gives the same: its top digit's upper bit turned. */
function ownId(spanId: string): string {
  return (Number.parseInt(spanId.slice(0, 1), 16) ^ 8).toString(16) + spanId.slice(1);
}
