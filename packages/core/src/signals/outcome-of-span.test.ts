import { describe, expect, it } from "vitest";
import { TRANSPARENT } from "./identity.ts";
import { outcomeOfSpan } from "./outcome-of-span.ts";
import type { SpanView } from "./span-view.ts";

function span(attributes: Record<string, unknown>, rest: Partial<SpanView> = {}): SpanView {
  return {
    traceId: "t",
    spanId: "s",
    parentSpanId: undefined,
    kind: 2,
    name: "",
    scope: "",
    attributes,
    resource: {},
    failed: false,
    exceptionType: undefined,
    durationMs: 1,
    ...rest,
  };
}

describe("how a span ended", () => {
  it.each([
    [{}, false, "ok", undefined],
    [{}, true, "error", undefined],
    [{ "http.response.status_code": 200 }, false, "ok", undefined],
    [{ "http.response.status_code": 399 }, false, "ok", undefined],
    [{ "http.response.status_code": 400 }, false, "error", undefined],
    [{ "http.status_code": "503" }, true, "error", undefined],
    [{ "http.response.status_code": 408 }, true, "timeout", undefined],
    [{ "http.response.status_code": 504 }, true, "timeout", undefined],
    [{ "http.response.status_code": 499 }, true, "cancelled", undefined],
    [{ "http.response.status_code": 429 }, true, "throttled", "rate"],
    [
      { "http.response.status_code": 429, "error.type": "insufficient_quota" },
      true,
      "throttled",
      "quota",
    ],
    [{ "http.response.status_code": 429, "error.type": "429" }, true, "throttled", "rate"],
    // A class of errors says nothing of the limit.
    [{ "http.response.status_code": 429, "error.type": "APIError" }, true, "throttled", "rate"],
    [{ "http.response.status_code": 529 }, true, "throttled", "overloaded"],
    [
      { "http.response.status_code": 500, "error.type": "RateLimitError" },
      true,
      "error",
      undefined,
    ],
    // The answer began well and broke off.
    [
      { "http.response.status_code": 200, "error.type": "AbortError" },
      true,
      "cancelled",
      undefined,
    ],
    [{ "error.type": "429" }, true, "throttled", "rate"],
    [{ "error.type": "rate_limit_error" }, true, "throttled", "rate"],
    [{ "error.type": "overloaded_error" }, true, "throttled", "overloaded"],
    [{ "error.type": "ThrottlingException" }, true, "throttled", "rate"],
    [{ "error.type": "UND_ERR_HEADERS_TIMEOUT" }, true, "timeout", undefined],
    [{ "error.type": "ETIMEDOUT" }, true, "timeout", undefined],
    [{ "error.type": "tool_error" }, false, "error", undefined],
    [{ "error.type": "-32602" }, true, "error", undefined],
    [{ "error.type": "_OTHER" }, true, "error", undefined],
    [{ "rpc.grpc.status_code": 0 }, false, "ok", undefined],
    [{ "rpc.grpc.status_code": 1 }, true, "cancelled", undefined],
    [{ "rpc.grpc.status_code": 4 }, true, "timeout", undefined],
    [{ "rpc.grpc.status_code": 8 }, true, "throttled", "rate"],
    [{ "rpc.grpc.status_code": 14 }, true, "error", undefined],
    [{ "rpc.response.status_code": "DEADLINE_EXCEEDED" }, true, "timeout", undefined],
    [{ "exception.type": "APITimeoutError" }, true, "timeout", undefined],
    // Only a label where nothing failed.
    [{ "exception.type": "APITimeoutError" }, false, "ok", undefined],
  ] as const)("%j, failed %s: %s", (attributes, failed, outcome, throttle) => {
    expect(outcomeOfSpan(span(attributes, { failed }), TRANSPARENT)).toEqual(
      throttle === undefined ? { outcome } : { outcome, throttle },
    );
  });

  it("takes an exception for a failure only where the source has no other way to tell", () => {
    const ended = span({}, { exceptionType: "TypeError" });
    expect(outcomeOfSpan(ended, TRANSPARENT).outcome).toBe("ok");
    expect(outcomeOfSpan(ended, { ...TRANSPARENT, failsByException: true }).outcome).toBe("error");
  });

  it("does not blame a queue for a job that was handed back", () => {
    const ended = span({}, { exceptionType: "DelayedError" });
    expect(outcomeOfSpan(ended, { ...TRANSPARENT, failsByException: true }).outcome).toBe(
      "cancelled",
    );
  });

  it("uses the exception's type where a failed span has no other", () => {
    expect(
      outcomeOfSpan(span({}, { failed: true, exceptionType: "RateLimitError" }), TRANSPARENT),
    ).toEqual({ outcome: "throttled", throttle: "rate" });
  });
});
