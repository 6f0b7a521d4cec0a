import type { FinishedSpanView } from "@headway/core/signals";
import type { Rejected, RejectReason, TraceFormat } from "./span-source.ts";

/** Enough to find the place; all of them would be the file again. */
const LINES_MAX = 5;

export interface SpanSinkOptions {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

interface Counted {
  count: number;
  readonly lines: number[];
  readonly message: string;
}

/** Where the decoders of one input put what they find: spans, and what they had to leave out. */
export class SpanSink {
  readonly formats = new Set<TraceFormat>();
  count = 0;
  outside = 0;
  rejectedCount = 0;
  firstMs = Number.POSITIVE_INFINITY;
  lastMs = Number.NEGATIVE_INFINITY;
  readonly #fromMs: number;
  readonly #toMs: number;
  readonly #rejected = new Map<RejectReason, Counted>();
  #spans: FinishedSpanView[] = [];
  /** Traces of this part, and of those before it; undefined where nothing can come twice. */
  #traces: Set<string> | undefined;
  readonly #tracesBefore = new Set<string>();

  constructor({ fromMs, toMs }: SpanSinkOptions = {}) {
    this.#fromMs = fromMs ?? Number.NEGATIVE_INFINITY;
    this.#toMs = toMs ?? Number.POSITIVE_INFINITY;
  }

  /**
   * From here on, what is of a trace that an earlier part brought is left out: it is the same again. Says how many traces the
   * part before this one had.
   */
  beginPart(): number {
    const traces = this.#traces ?? new Set();
    for (const trace of traces) this.#tracesBefore.add(trace);
    this.#traces = new Set();
    return traces.size;
  }

  add(span: FinishedSpanView): void {
    if (this.#traces !== undefined) {
      this.#traces.add(span.traceId);
      if (this.#tracesBefore.has(span.traceId)) return;
    }
    const { startMs } = span;
    if (startMs < this.#fromMs || startMs >= this.#toMs) {
      this.outside += 1;
      return;
    }
    const endMs = startMs + span.durationMs;
    if (startMs < this.firstMs) this.firstMs = startMs;
    if (endMs > this.lastMs) this.lastMs = endMs;
    this.count += 1;
    this.#spans.push(span);
  }

  /** The first message of a reason stands for all. Without a line where the input has none. */
  reject(reason: RejectReason, message: string, line?: number, count = 1): void {
    let counted = this.#rejected.get(reason);
    if (counted === undefined) {
      counted = { count: 0, lines: [], message };
      this.#rejected.set(reason, counted);
    }
    counted.count += count;
    this.rejectedCount += count;
    const { lines } = counted;
    if (line !== undefined && lines.length < LINES_MAX && lines.at(-1) !== line) lines.push(line);
  }

  /** The spans since the last time. */
  take(): readonly FinishedSpanView[] {
    const spans = this.#spans;
    this.#spans = [];
    return spans;
  }

  rejected(): Rejected[] {
    return Array.from(this.#rejected, ([reason, { count, lines, message }]) => ({
      reason,
      count,
      lines: [...lines],
      message,
    }));
  }
}
