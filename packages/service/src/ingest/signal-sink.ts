import type { FinishedSpanView, SignalReport } from "@headway/core/signals";

/** Where what was decoded goes. It only records: nothing is decided while a request waits. */
export interface SignalSink {
  ingestReports(tenant: string, reports: readonly SignalReport[]): void;
  ingestSpans(tenant: string, spans: readonly FinishedSpanView[]): void;
}
