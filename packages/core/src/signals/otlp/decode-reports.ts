import type { SignalReport } from "../report.ts";
import type { OtlpEncoding } from "./decode-traces.ts";
import { orMalformed } from "./malformed.ts";
import { walkReportsJson } from "./metrics-json.ts";
import { walkReportsProtobuf } from "./metrics-protobuf.ts";
import { ReportBatch } from "./report-batch.ts";

export type DecodedReports =
  | {
      readonly ok: true;
      readonly reports: readonly SignalReport[];
      /** Data points of our signals that are none; the rest is kept. */
      readonly rejected: number;
      /** Metrics of other names, which any OTLP sender may have in the same request. */
      readonly ignored: number;
      /** Why the first point was rejected; empty where none was. */
      readonly message: string;
    }
  | { readonly ok: false; readonly message: string };

/** Decodes the signals out of an OTLP ExportMetricsServiceRequest: what `encodeReport` made, and nothing else. */
export function decodeReports(body: Uint8Array, encoding: OtlpEncoding): DecodedReports {
  return orMalformed(() => {
    const batch = new ReportBatch();
    if (encoding === "json") walkReportsJson(body, batch);
    else walkReportsProtobuf(body, batch);
    const { reports, rejected, ignored, message } = batch;
    return { ok: true, reports, rejected, ignored, message };
  });
}
