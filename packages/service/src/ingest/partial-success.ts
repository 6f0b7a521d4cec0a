import type { IngestSignal } from "../metrics.ts";
import { bytesField, varintField } from "./protobuf-fields.ts";

export type OtlpEncoding = "protobuf" | "json";

export interface PartialSuccess {
  /** Spans or data points that were not taken. */
  readonly rejected: number;
  readonly message: string;
}

/**
 * Export{Trace,Metrics}ServiceResponse { partial_success = 1 { rejected_spans | rejected_data_points = 1, error_message = 2 } },
 * absent where all was taken: both signals share the field numbers, and the JSON names differ.
 */
export function encodePartialSuccess(
  success: PartialSuccess,
  signal: IngestSignal,
  encoding: OtlpEncoding,
): Buffer {
  const isWhole = success.rejected === 0 && success.message === "";
  if (encoding === "json") return Buffer.from(isWhole ? "{}" : jsonOf(success, signal));
  const fields = Buffer.concat([varintField(1, success.rejected), bytesField(2, success.message)]);
  return bytesField(1, fields);
}

function jsonOf({ rejected, message }: PartialSuccess, signal: IngestSignal): string {
  // Protobuf's JSON mapping writes a 64-bit integer as a string.
  const count = String(rejected);
  return JSON.stringify({
    partialSuccess: {
      ...(signal === "traces" ? { rejectedSpans: count } : { rejectedDataPoints: count }),
      errorMessage: message,
    },
  });
}
