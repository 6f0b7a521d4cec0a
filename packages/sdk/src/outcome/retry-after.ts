/** Headers as the clients hand them out: a `Headers` object, or a plain one with lower-case names. */
type HeaderBag = object;

/** Nobody is believed for longer than this: a limit that lasts is told again, and one wrong header must not end a day's work. */
const RETRY_AFTER_MS_MAX = 3_600_000;

/** A pause as asked for, within what is believed; undefined where it is no length of time. */
export function believedMs(ms: number | undefined): number | undefined {
  if (ms === undefined || !Number.isFinite(ms) || ms < 0) return undefined;
  return Math.min(ms, RETRY_AFTER_MS_MAX);
}

/**
 * How long a throttled answer asks to wait, in milliseconds; undefined where it does not say. Reads `retry-after-ms`
 * and its relatives (milliseconds) before `retry-after` (seconds or an HTTP date, RFC 9110).
 */
export function retryAfterMs(headers: unknown, nowMs: number): number | undefined {
  if (typeof headers !== "object" || headers === null) return undefined;
  for (const name of ["retry-after-ms", "x-ms-retry-after-ms", "x-amz-retry-after"]) {
    const ms = nonNegative(read(headers, name));
    if (ms !== undefined) return believedMs(ms);
  }
  return parseRetryAfter(read(headers, "retry-after"), nowMs);
}

/** The value of a `Retry-After` header: seconds, or a date. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const seconds = nonNegative(value);
  if (seconds !== undefined) return believedMs(seconds * 1_000);
  // Date.parse takes "-1" for a year; every form of an HTTP date names its day and month.
  const atMs = value !== undefined && /[A-Za-z]{3}/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : believedMs(Math.max(0, atMs - nowMs));
}

function read(headers: HeaderBag, name: string): string | undefined {
  const get: unknown = Reflect.get(headers, "get");
  const value: unknown =
    typeof get === "function" ? Reflect.apply(get, headers, [name]) : Reflect.get(headers, name);
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : undefined;
}

function nonNegative(value: string | undefined): number | undefined {
  if (value === undefined || value.trim() === "") return undefined;
  const number = Number(value);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}
