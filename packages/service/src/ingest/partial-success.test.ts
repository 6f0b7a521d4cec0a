import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { encodePartialSuccess } from "./partial-success.ts";

// As in opentelemetry-proto, trace_service.proto and metrics_service.proto.
const { root } = protobuf.parse(`
  syntax = "proto3";
  message TraceResponse { TracePartial partial_success = 1; }
  message TracePartial { int64 rejected_spans = 1; string error_message = 2; }
  message MetricsResponse { MetricsPartial partial_success = 1; }
  message MetricsPartial { int64 rejected_data_points = 1; string error_message = 2; }
`);

function decode(type: string, bytes: Uint8Array): unknown {
  const message = root.lookupType(type);
  return message.toObject(message.decode(bytes), { longs: Number, defaults: true });
}

describe("encodePartialSuccess", () => {
  it.each(["protobuf", "json"] as const)("says nothing in %s where all was taken", (encoding) => {
    const bytes = encodePartialSuccess({ rejected: 0, message: "" }, "traces", encoding);
    expect(bytes.toString()).toBe(encoding === "json" ? "{}" : "");
  });

  it.each([
    { rejected: 1, message: "one" },
    { rejected: 0, message: "a warning" },
    { rejected: 127, message: "" },
    { rejected: 128, message: "é".repeat(100) },
    { rejected: 2 ** 32 + 5, message: "more than 32 bits" },
  ])("says %j in both signals and both encodings", (success) => {
    const { rejected, message: errorMessage } = success;
    expect(decode("TraceResponse", encodePartialSuccess(success, "traces", "protobuf"))).toEqual({
      partialSuccess: { rejectedSpans: rejected, errorMessage },
    });
    expect(decode("MetricsResponse", encodePartialSuccess(success, "metrics", "protobuf"))).toEqual(
      {
        partialSuccess: { rejectedDataPoints: rejected, errorMessage },
      },
    );
    const json = (signal: "traces" | "metrics"): unknown =>
      JSON.parse(encodePartialSuccess(success, signal, "json").toString());
    expect(json("traces")).toEqual({
      partialSuccess: { rejectedSpans: String(rejected), errorMessage },
    });
    expect(json("metrics")).toEqual({
      partialSuccess: { rejectedDataPoints: String(rejected), errorMessage },
    });
  });
});
