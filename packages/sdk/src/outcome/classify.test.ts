import { describe, expect, it } from "vitest";
import { NotNow } from "../not-now.ts";
import { isRetryable } from "./classification.ts";
import { classifyError, classifyValue } from "./classify.ts";
import { parseRetryAfter, retryAfterMs } from "./retry-after.ts";

const NOW_MS = Date.UTC(2026, 10, 22, 12, 0, 0);

function thrown(fields: object, cause?: unknown): Error {
  return Object.assign(new Error("never read", { cause }), fields);
}

/** As `@grpc/grpc-js` throws it. */
function grpc(code: number): Error {
  return thrown({ code, details: "never read", metadata: new Map() });
}

function named(name: string): Error {
  return thrown({ name });
}

describe("a thrown value", () => {
  it.each<[string, unknown, object]>([
    ["an error that says nothing", new Error("429 Too Many Requests"), { outcome: "error" }],
    ["no error at all", "429", { outcome: "error" }],
    ["an abort", named("AbortError"), { outcome: "cancelled" }],
    ["a DOM abort", AbortSignal.abort().reason, { outcome: "cancelled" }],
    ["a time-out", named("TimeoutError"), { outcome: "timeout" }],
    ["a socket's time-out", thrown({ code: "ETIMEDOUT" }), { outcome: "timeout" }],
    [
      "undici's, inside fetch's",
      thrown({}, thrown({ code: "UND_ERR_HEADERS_TIMEOUT" })),
      { outcome: "timeout" },
    ],
    ["status 429", thrown({ status: 429 }), { outcome: "throttled", throttle: "rate" }],
    ["statusCode 429", thrown({ statusCode: 429 }), { outcome: "throttled", throttle: "rate" }],
    ["response.status 429", thrown({ response: { status: 429 } }), { outcome: "throttled" }],
    [
      "an AWS throttle",
      thrown({ name: "ThrottlingException", $metadata: { httpStatusCode: 400 } }),
      { outcome: "throttled" },
    ],
    [
      "an AWS error",
      thrown({ $metadata: { httpStatusCode: 400 } }),
      { outcome: "error", isRetryable: false },
    ],
    [
      "a spent quota",
      thrown({ status: 429, code: "insufficient_quota" }),
      { outcome: "throttled", throttle: "quota" },
    ],
    [
      "an overloaded provider",
      thrown({ status: 529 }),
      { outcome: "throttled", throttle: "overloaded" },
    ],
    ["gRPC RESOURCE_EXHAUSTED", grpc(8), { outcome: "throttled", throttle: "rate" }],
    ["gRPC DEADLINE_EXCEEDED", grpc(4), { outcome: "timeout" }],
    ["gRPC CANCELLED", grpc(1), { outcome: "cancelled" }],
    ["gRPC UNAVAILABLE", grpc(14), { outcome: "error" }],
    [
      "a child process' exit code",
      thrown({ code: 1, killed: false, cmd: "x" }),
      { outcome: "error" },
    ],
    ["a DOM error's legacy code", new DOMException("x", "NotFoundError"), { outcome: "error" }],
    [
      "a name beside a gRPC number",
      Object.assign(grpc(1), { name: "TimeoutError" }),
      { outcome: "timeout" },
    ],
    ["status 500", thrown({ status: 500 }), { outcome: "error" }],
    ["status 504", thrown({ status: 504 }), { outcome: "timeout" }],
    ["status 404", thrown({ status: 404 }), { outcome: "error", isRetryable: false }],
  ])("%s", (_, error, expected) => {
    expect(classifyError(error, NOW_MS)).toMatchObject(expected);
  });

  it.each<[string, object]>([
    ["a plain bag", { responseHeaders: { "retry-after": "7" } }],
    ["a Headers object", { headers: new Headers({ "retry-after": "7" }) }],
    ["the response's", { response: { headers: { "retry-after": "7" } } }],
    ["milliseconds", { headers: { "retry-after-ms": "7000", "retry-after": "1" } }],
    ["a date", { headers: { "retry-after": new Date(NOW_MS + 7_000).toUTCString() } }],
    ["a field of its own", { retryAfterMs: 7_000 }],
  ])("tells when to come back by %s", (_, fields) => {
    const error = thrown({ status: 429, ...fields });
    expect(classifyError(error, NOW_MS).retryAfterMs).toBe(7_000);
  });

  it.each([Infinity, NaN, -1])("does not tell when to come back by %d", (retryAfterMs) => {
    expect(
      classifyError(thrown({ status: 429, retryAfterMs }), NOW_MS).retryAfterMs,
    ).toBeUndefined();
  });

  it.each([
    ["a field of its own", { retryAfterMs: 1e12 }],
    ["milliseconds", { headers: { "retry-after-ms": "1e12" } }],
    ["seconds", { headers: { "retry-after": "86400" } }],
    ["a date", { headers: { "retry-after": new Date(NOW_MS + 1e9).toUTCString() } }],
  ])("is believed for an hour at most by %s", (_, fields) => {
    expect(classifyError(thrown({ status: 429, ...fields }), NOW_MS).retryAfterMs).toBe(3_600_000);
  });

  it("of Headway's own making is a refusal, and no fault of the dependency", () => {
    const refusal = new NotNow({
      dependency: "tool:y",
      because: "wait",
      decision: null,
      retryAfterMs: 5,
    });
    expect(classifyError(refusal, NOW_MS)).toEqual({ outcome: "refused", isRetryable: false });
    expect(classifyError(thrown({}, refusal), NOW_MS).outcome).toBe("refused");
  });

  it("that refers to itself is looked at, not followed for ever", () => {
    const error = thrown({});
    error.cause = error;
    expect(classifyError(error, NOW_MS)).toEqual({ outcome: "error" });
  });

  it("is never asked for its message", () => {
    const error = new Proxy(thrown({ status: 429 }), {
      get: (target, key, receiver) => {
        if (key === "message" || key === "stack") throw new Error(`read ${key}`);
        return Reflect.get(target, key, receiver);
      },
    });
    expect(classifyError(error, NOW_MS).outcome).toBe("throttled");
  });
});

describe("a returned value", () => {
  it.each<[string, unknown, object]>([
    ["nothing", undefined, { outcome: "ok" }],
    ["a good response", new Response(null, { status: 204 }), { outcome: "ok" }],
    ["a redirect", Response.redirect("http://x.example/", 302), { outcome: "ok" }],
    [
      "a throttled response",
      new Response(null, { status: 429, headers: { "retry-after": "2" } }),
      { outcome: "throttled", retryAfterMs: 2_000 },
    ],
    [
      "a 503 that says when",
      new Response(null, { status: 503, headers: { "retry-after": "2" } }),
      { outcome: "throttled", throttle: "overloaded" },
    ],
    ["a 503 that does not", new Response(null, { status: 503 }), { outcome: "error" }],
    ["something else with a status", { status: 429 }, { outcome: "ok" }],
    ["something else with headers", { status: 500, headers: ["a", "b"] }, { outcome: "ok" }],
  ])("%s", (_, value, expected) => {
    expect(classifyValue(value, NOW_MS)).toMatchObject(expected);
  });
});

it.each([
  [408, true],
  [409, true],
  [429, true],
  [400, false],
  [401, false],
  [422, false],
  [500, true],
  [503, true],
])("status %i may pass: %s", (status, expected) => {
  expect(isRetryable(classifyError(thrown({ status }), NOW_MS))).toBe(expected);
});

it.each([
  ["0", 0],
  ["1.5", 1_500],
  ["-1", undefined],
  ["", undefined],
  ["soon", undefined],
  [undefined, undefined],
])("Retry-After %j is %j", (value, expected) => {
  expect(parseRetryAfter(value, NOW_MS)).toBe(expected);
});

it("knows the headers of the large providers", () => {
  expect(retryAfterMs({ "x-ms-retry-after-ms": "30" }, 0)).toBe(30);
  expect(retryAfterMs({ "x-amz-retry-after": "40" }, 0)).toBe(40);
  expect(retryAfterMs(null, 0)).toBeUndefined();
});
