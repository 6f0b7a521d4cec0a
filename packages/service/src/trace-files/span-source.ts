import type { FinishedSpanView } from "@headway/core/signals";

/** What traces were written in. `otlp-json` also covers Jaeger's and Tempo's answers in OTLP's shape. */
export type TraceFormat = "otlp-json" | "otlp-protobuf" | "jaeger" | "zipkin";

/**
 * Spans as they are read: complete, in the order of the input, which is no order in time. Only allow-listed attributes are
 * in them (`ALLOWED_ATTRIBUTES`), the same as on the live path, so `FinishedSpans` and `SignalRecorder` take them as they are.
 * Strings that repeat are one string.
 */
export interface SpanBatch {
  readonly spans: readonly FinishedSpanView[];
  /** The input's name, as in the summary. */
  readonly source: string;
}

export interface ReadProgress {
  readonly source: string;
  /** Of all inputs so far, as they are stored: compressed where they are. */
  readonly bytesRead: number;
  /** Undefined where an input does not tell its size: stdin, a URL. */
  readonly bytesTotal: number | undefined;
  readonly spans: number;
  readonly rejected: number;
}

/** Why something was left out. Each says what was left out, and is counted in its own unit. */
export type RejectReason =
  /** A line, or a part of one, that is no document of a known format. */
  | "not-a-trace"
  /** A document of metrics or logs, which a Collector may write to the same file. */
  | "other-signal"
  /** A span that lacks an id or a time, or ends before it starts. */
  | "broken-span"
  /** A span, or a message, that alone is larger than what is held at once. */
  | "too-large"
  /** The input ended inside a document. What came before was kept. */
  | "cut-short"
  /** The compressed data is damaged, or inflates beyond all measure. What came before was kept. */
  | "bad-compression"
  /** The file or URL could not be opened, or broke while it was read; or a trace could not be fetched. */
  | "unreadable";

export interface Rejected {
  readonly reason: RejectReason;
  readonly count: number;
  /** The first few lines where it happened, counted from 1. Empty where there are no lines: protobuf, and whole inputs. */
  readonly lines: readonly number[];
  /** The first of them in a sentence, without any of what stood there. */
  readonly message: string;
}

export interface SourceSummary {
  /** As the user knows it: a path as found, `stdin`, or a URL without its credentials. */
  readonly name: string;
  /** In order of appearance; empty where nothing was recognised. */
  readonly formats: readonly TraceFormat[];
  readonly compressed: boolean;
  readonly bytes: number;
  readonly inflatedBytes: number;
  /** Given out: after `fromMs` and `toMs`. */
  readonly spans: number;
  /** Good spans that `fromMs` or `toMs` left out. */
  readonly outside: number;
  readonly rejected: readonly Rejected[];
  /** What else the reader should know, in sentences: that a backend had more traces than were asked for. */
  readonly notes: readonly string[];
}

export interface ReadSummary {
  readonly sources: readonly SourceSummary[];
  readonly spans: number;
  readonly outside: number;
  readonly rejected: number;
  readonly bytes: number;
  readonly inflatedBytes: number;
  /** The earliest start and the latest end among the spans given out; undefined where there is none. */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
}

/** How to ask a tracing backend, where an input is the address of one. */
export interface BackendQuery {
  /** Jaeger asks by service: without it, all services that it knows, one after another. */
  readonly service?: string;
  /** How far back. */
  readonly lookbackMs?: number;
  /** At most so many traces, for each service. */
  readonly tracesMax?: number;
  /** TraceQL, for Tempo. */
  readonly query?: string;
}

export interface ReadSpansOptions {
  /** Read where an input is `-`. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** For inputs that begin with `http://` or `https://`; the platform's own where absent. */
  readonly fetch?: typeof globalThis.fetch;
  /** Where relative paths begin; the process' own directory where absent. */
  readonly directory?: string;
  readonly signal?: AbortSignal;
  /** Called once per chunk, so some hundred times a GiB; drawing less often is the caller's. */
  readonly onProgress?: (progress: ReadProgress) => void;
  /** Only spans that start at or after this, and before `toMs`; milliseconds since 1970, by the sender's clock. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly backend?: BackendQuery;
  /** Sent with every request to a URL: `Authorization`, Tempo's `X-Scope-OrgID`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** To iterate once. `summary()` may be called at any time, also in between: it tells of what was read so far. */
export interface SpanReading extends AsyncIterable<SpanBatch> {
  summary(): ReadSummary;
}

/*
 * In `read-spans.ts`:
 *
 *     export function readSpans(inputs: readonly string[], options?: ReadSpansOptions): SpanReading
 *
 * Inputs are files, directories, globs, `-` and URLs. An input that names nothing at all is the user's mistake, and throws
 * a HeadwayError (ERR_TRACES_INPUT) as iteration begins. All else is counted and told, never thrown; an abort ends the iteration early.
 */
