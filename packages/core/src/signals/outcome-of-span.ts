import { readFirst, readFirstInteger, readString } from "./attribute-reader.ts";
import { ALIASES } from "./conventions/aliases.ts";
import type { Identity } from "./identity.ts";
import type { Outcome, ThrottleReason } from "./outcome.ts";
import type { SpanView } from "./span-view.ts";

export interface SpanOutcome {
  readonly outcome: Outcome;
  /** Only with `throttled`. */
  readonly throttle?: ThrottleReason;
}

const OK: SpanOutcome = { outcome: "ok" };
const ERROR: SpanOutcome = { outcome: "error" };
const TIMEOUT: SpanOutcome = { outcome: "timeout" };
const CANCELLED: SpanOutcome = { outcome: "cancelled" };
const RATE: SpanOutcome = { outcome: "throttled", throttle: "rate" };
const QUOTA: SpanOutcome = { outcome: "throttled", throttle: "quota" };
const OVERLOADED: SpanOutcome = { outcome: "throttled", throttle: "overloaded" };

/** Statuses that mean something else than that their hundred is an error. 529 is what model providers answer when full. */
const HTTP: ReadonlyMap<number, SpanOutcome> = new Map([
  [408, TIMEOUT],
  [429, RATE],
  [499, CANCELLED],
  [504, TIMEOUT],
  [529, OVERLOADED],
]);

/** gRPC's codes by name and number; every other code but OK is an error. */
const RPC: ReadonlyMap<string, SpanOutcome> = new Map([
  ["OK", OK],
  ["0", OK],
  ["CANCELLED", CANCELLED],
  ["1", CANCELLED],
  ["DEADLINE_EXCEEDED", TIMEOUT],
  ["4", TIMEOUT],
  ["RESOURCE_EXHAUSTED", RATE],
  ["8", RATE],
]);

/**
 * Types of errors, lower case, letters and digits only, so that `RateLimitError`, `rate_limit_error` and `ERR_RATE_LIMIT`
 * meet. The first that occurs in the type decides, hence quota before rate: `quota_exceeded_rate` is the account's end.
 */
const ERROR_TYPES: readonly (readonly [part: string, outcome: SpanOutcome])[] = [
  ["quota", QUOTA],
  ["billing", QUOTA],
  ["creditbalance", QUOTA],
  ["ratelimit", RATE],
  ["toomanyrequests", RATE],
  ["throttl", RATE],
  ["resourceexhausted", RATE],
  ["overload", OVERLOADED],
  ["slowdown", OVERLOADED],
  ["capacity", OVERLOADED],
  ["abort", CANCELLED],
  ["cancel", CANCELLED],
  ["timeout", TIMEOUT],
  ["timedout", TIMEOUT],
  ["deadlineexceeded", TIMEOUT],
];

/** Errors with which a queue's worker hands a job back without having failed it. */
const HANDED_BACK: ReadonlySet<string> = new Set([
  "DelayedError",
  "WaitingError",
  "WaitingChildrenError",
  "RateLimitError",
]);

/** How a span ended. Messages are content and are not looked at: statuses, codes and the types of errors must do. */
export function outcomeOfSpan(span: SpanView, identity: Identity): SpanOutcome {
  const type = readString(span.attributes, "error.type");
  const status = readFirstInteger(span.attributes, ALIASES.httpStatus);
  if (status !== undefined && status >= 400) return byStatus(status, type ?? span.exceptionType);
  const code = rpcCode(span);
  if (code !== undefined) return byRpc(code, span, type);
  if (identity.failsByException === true && span.exceptionType !== undefined) {
    return HANDED_BACK.has(span.exceptionType) ? CANCELLED : byType(span.exceptionType);
  }
  if (type === undefined && !span.failed) return OK;
  return byType(type ?? span.exceptionType ?? readString(span.attributes, "exception.type") ?? "");
}

/** A failed status says that it failed; a type beside it may say of which limit. */
function byStatus(status: number, type: string | undefined): SpanOutcome {
  const outcome = HTTP.get(status) ?? ERROR;
  if (outcome.outcome !== "throttled" || type === undefined) return outcome;
  const named = byType(type);
  return named.outcome === "throttled" ? named : outcome;
}

function byRpc(code: string, span: SpanView, type: string | undefined): SpanOutcome {
  const known = RPC.get(code.toUpperCase());
  if (known !== undefined) return known;
  if (!span.failed && type === undefined) return OK;
  return byType(type ?? code);
}

function rpcCode(span: SpanView): string | undefined {
  const name = readFirst(span.attributes, ALIASES.rpcStatus);
  if (name !== undefined) return name;
  const code = readFirstInteger(span.attributes, ALIASES.rpcStatus);
  return code === undefined ? undefined : String(code);
}

function byType(type: string): SpanOutcome {
  const status = Number(type);
  if (status >= 400 && status < 600) return HTTP.get(status) ?? ERROR;
  const known = RPC.get(type);
  if (known !== undefined && known !== OK) return known;
  const letters = type.toLowerCase().replace(/[^a-z0-9]/g, "");
  return ERROR_TYPES.find(([part]) => letters.includes(part))?.[1] ?? ERROR;
}
