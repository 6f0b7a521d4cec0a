import type { FinishedSpanView } from "../span-view.ts";
import { orMalformed } from "./malformed.ts";
import { SpanBatch } from "./span-draft.ts";
import { walkTraceJson } from "./traces-json.ts";
import { walkTraceProtobuf } from "./traces-protobuf.ts";

export type OtlpEncoding = "protobuf" | "json";

export type DecodedTraces =
  | {
      readonly ok: true;
      readonly spans: readonly FinishedSpanView[];
      /** Spans left out because they are none; the rest is kept. */
      readonly rejected: number;
      /** Why the first of them was left out; empty where none was. */
      readonly message: string;
    }
  | { readonly ok: false; readonly message: string };

interface DecodeTracesOptions {
  /** One body holds no more; the rest is rejected. An exporter's batch is 512, a Collector's 8,192. */
  readonly spansMax?: number;
}

const SPANS_MAX = 65_536;

/**
 * Decodes an OTLP ExportTraceServiceRequest by projection: it walks the bytes and makes values only of what derivation
 * reads. Keys are recognised as bytes; a value under a key outside the allow-list, a status message, an event's text, trace
 * state and links are stepped over, so what agents say never becomes a string in this process.
 */
export function decodeTraces(
  body: Uint8Array,
  encoding: OtlpEncoding,
  { spansMax = SPANS_MAX }: DecodeTracesOptions = {},
): DecodedTraces {
  return orMalformed(() => {
    const batch = new SpanBatch(spansMax);
    if (encoding === "json") walkTraceJson(body, batch);
    else walkTraceProtobuf(body, batch);
    return { ok: true, spans: batch.spans, rejected: batch.rejected, message: batch.message };
  });
}
