import { decodeReports, decodeTraces } from "@headway/core/signals";
import type { IngestSignal, Metrics, Transport } from "../metrics.ts";
import type { OtlpEncoding, PartialSuccess } from "./partial-success.ts";
import type { SignalSink } from "./signal-sink.ts";

export interface Export {
  readonly tenant: string;
  readonly signal: IngestSignal;
  readonly encoding: OtlpEncoding;
  readonly transport: Transport;
  readonly bytes: Uint8Array;
}

/** A refusal is for the transport to answer, and to count. */
export type ExportResult =
  | ({ readonly ok: true } & PartialSuccess)
  | { readonly ok: false; readonly message: string };

/**
 * Takes one OTLP export, whatever it came over. The decoder walks the wire and materialises only what derivation reads,
 * so content never becomes a string here; the good part of a partly bad batch is kept.
 */
export class Ingest {
  readonly #sink: SignalSink;
  readonly #metrics: Metrics;

  constructor(options: { readonly sink: SignalSink; readonly metrics: Metrics }) {
    this.#sink = options.sink;
    this.#metrics = options.metrics;
  }

  take(taken: Export): ExportResult {
    const { signal, transport, bytes } = taken;
    this.#metrics.ingestBytes.inc({ transport, stage: "inflated" }, bytes.length);
    const result = signal === "traces" ? this.#takeTraces(taken) : this.#takeReports(taken);
    const rejected = result.ok ? result.rejected : 0;
    if (rejected > 0) this.#metrics.ingestRejected.inc({ transport, signal }, rejected);
    if (result.ok)
      this.#metrics.ingestRequests.inc({
        transport,
        signal,
        result: rejected > 0 ? "partial" : "ok",
      });
    return result;
  }

  #takeTraces({ tenant, transport, bytes, encoding }: Export): ExportResult {
    const decoded = decodeTraces(bytes, encoding);
    if (!decoded.ok) return decoded;
    this.#sink.ingestSpans(tenant, decoded.spans);
    this.#metrics.ingestSpans.inc({ transport }, decoded.spans.length);
    return { ok: true, rejected: decoded.rejected, message: decoded.message };
  }

  #takeReports({ tenant, transport, bytes, encoding }: Export): ExportResult {
    const decoded = decodeReports(bytes, encoding);
    if (!decoded.ok) return decoded;
    this.#sink.ingestReports(tenant, decoded.reports);
    this.#metrics.ingestReports.inc({ transport }, decoded.reports.length);
    this.#metrics.ingestIgnored.inc({ transport }, decoded.ignored);
    return { ok: true, rejected: decoded.rejected, message: decoded.message };
  }
}
