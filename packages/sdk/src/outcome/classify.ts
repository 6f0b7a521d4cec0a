import { HeadwayError } from "@headway/core/signals";
import type { ThrottleReason } from "@headway/core/signals";
import { classifyStatus, OK } from "./classification.ts";
import type { Classification } from "./classification.ts";
import { believedMs, retryAfterMs } from "./retry-after.ts";

/** What a client's error or gRPC status is called where it is about a limit. */
const THROTTLES: ReadonlyMap<string, ThrottleReason> = new Map([
  ["RateLimitError", "rate"],
  ["ThrottlingException", "rate"],
  ["TooManyRequestsException", "rate"],
  ["TooManyRequestsError", "rate"],
  ["rate_limit_error", "rate"],
  ["rate_limit_exceeded", "rate"],
  ["RESOURCE_EXHAUSTED", "rate"],
  ["insufficient_quota", "quota"],
  ["quota_exceeded", "quota"],
  ["ServiceQuotaExceededException", "quota"],
  ["overloaded_error", "overloaded"],
  ["OverloadedError", "overloaded"],
  ["ModelNotReadyException", "overloaded"],
]);

const TIMEOUTS: ReadonlySet<string> = new Set([
  "TimeoutError",
  "APIConnectionTimeoutError",
  "ETIMEDOUT",
  "ESOCKETTIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "DEADLINE_EXCEEDED",
]);

const CANCELLATIONS: ReadonlySet<string> = new Set([
  "AbortError",
  "APIUserAbortError",
  "ABORT_ERR",
  "UND_ERR_ABORTED",
  "CANCELLED",
]);

/** gRPC's numbers for CANCELLED, DEADLINE_EXCEEDED and RESOURCE_EXHAUSTED. */
const GRPC = { cancelled: 1, deadlineExceeded: 4, resourceExhausted: 8 } as const;

/** An error inside an error inside an error is deep enough for every client seen. */
const CAUSES_MAX = 3;

/**
 * What a thrown value says about the attempt. Reads names, codes, statuses and the header that says when to come back; never
 * a message, which is content.
 */
export function classifyError(error: unknown, nowMs: number): Classification {
  let current = error;
  for (let depth = 0; depth < CAUSES_MAX && isObject(current); depth += 1) {
    const found = classifyObject(current, nowMs);
    if (found !== undefined) return found;
    current = Reflect.get(current, "cause");
  }
  return { outcome: "error" };
}

/** What a returned value says: only one that looks like a `Response` can tell anything but success. */
export function classifyValue(value: unknown, nowMs: number): Classification {
  if (!isObject(value)) return OK;
  const headers: unknown = Reflect.get(value, "headers");
  if (!isObject(headers) || typeof Reflect.get(headers, "get") !== "function") return OK;
  const status: unknown = Reflect.get(value, "status");
  if (typeof status !== "number" || status < 400) return OK;
  return classifyStatus(status, retryAfterMs(headers, nowMs));
}

function classifyObject(error: object, nowMs: number): Classification | undefined {
  // A refusal of Headway's own, passed on: nothing went out, so it says nothing about the dependency.
  if (error instanceof HeadwayError && error.code === "ERR_NOT_NOW") {
    return { outcome: "refused", isRetryable: false };
  }
  const response: unknown = Reflect.get(error, "response");
  const afterMs = retryAfterOf(error, response, nowMs);
  const names = [
    Reflect.get(error, "code"),
    Reflect.get(error, "type"),
    Reflect.get(error, "name"),
  ];
  for (const name of names) {
    const found = classifyName(name, afterMs);
    if (found !== undefined) return found;
  }
  const found = isGrpc(error) ? classifyGrpc(Reflect.get(error, "code"), afterMs) : undefined;
  if (found !== undefined) return found;
  const status = statusOf(error) ?? (isObject(response) ? statusOf(response) : undefined);
  return status === undefined || status < 400 ? undefined : classifyStatus(status, afterMs);
}

function classifyName(name: unknown, afterMs: number | undefined): Classification | undefined {
  const after = afterMs === undefined ? {} : { retryAfterMs: afterMs };
  if (typeof name !== "string") return undefined;
  if (TIMEOUTS.has(name)) return { outcome: "timeout" };
  if (CANCELLATIONS.has(name)) return { outcome: "cancelled" };
  const throttle = THROTTLES.get(name);
  return throttle === undefined ? undefined : { outcome: "throttled", throttle, ...after };
}

/** Anybody's `code` may be a number: a process' exit code, a DOM error's legacy one. gRPC's errors carry these two as well. */
function isGrpc(error: object): boolean {
  return (
    typeof Reflect.get(error, "details") === "string" && isObject(Reflect.get(error, "metadata"))
  );
}

function classifyGrpc(code: unknown, afterMs: number | undefined): Classification | undefined {
  switch (code) {
    case GRPC.cancelled:
      return { outcome: "cancelled" };
    case GRPC.deadlineExceeded:
      return { outcome: "timeout" };
    case GRPC.resourceExhausted:
      return classifyName("RESOURCE_EXHAUSTED", afterMs);
    default:
      return undefined;
  }
}

function statusOf(error: object): number | undefined {
  for (const key of ["status", "statusCode"]) {
    const status: unknown = Reflect.get(error, key);
    if (typeof status === "number") return status;
  }
  const metadata: unknown = Reflect.get(error, "$metadata");
  const status: unknown = isObject(metadata) ? Reflect.get(metadata, "httpStatusCode") : undefined;
  return typeof status === "number" ? status : undefined;
}

function retryAfterOf(error: object, response: unknown, nowMs: number): number | undefined {
  const own: unknown = Reflect.get(error, "retryAfterMs");
  const ownMs = typeof own === "number" ? believedMs(own) : undefined;
  if (ownMs !== undefined) return ownMs;
  const bags = [Reflect.get(error, "responseHeaders"), Reflect.get(error, "headers")];
  if (isObject(response)) bags.push(Reflect.get(response, "headers"));
  for (const bag of bags) {
    const ms = retryAfterMs(bag, nowMs);
    if (ms !== undefined) return ms;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
