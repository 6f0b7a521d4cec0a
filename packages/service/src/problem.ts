import { STATUS_CODES } from "node:http";
import type { ErrorCode } from "@headway/core";

/** The statuses of the codes that the service answers with. What the code means is in docs/errors.md. */
export const PROBLEM_STATUS = {
  ERR_REQUEST_INVALID: 400,
  ERR_BODY_UNDECODABLE: 400,
  ERR_AUTH_REQUIRED: 401,
  ERR_AUTH_TOKEN: 401,
  ERR_AUTH_SCOPE: 403,
  ERR_AUTH_ORIGIN: 403,
  ERR_NOT_FOUND: 404,
  ERR_METHOD: 405,
  ERR_REQUEST_TIMEOUT: 408,
  ERR_CONFLICT: 409,
  ERR_BODY_TOO_LARGE: 413,
  ERR_CONTENT_TYPE: 415,
  ERR_CONTENT_ENCODING: 415,
  ERR_INTERNAL: 500,
  ERR_OVERLOADED: 503,
} as const satisfies Partial<Record<ErrorCode, number>>;

export type ProblemCode = keyof typeof PROBLEM_STATUS;

/** A body of `application/problem+json` (RFC 9457). `code` is the stable part; `detail` is for people. */
export interface Problem {
  /** Always `about:blank`: what is beyond the status is said by `code`. */
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
}

export const PROBLEM_CONTENT_TYPE = "application/problem+json";

export interface ProblemOptions {
  /** Seconds; sent as Retry-After. */
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by a handler to answer with a problem. `detail` never quotes the request: a body is content. */
export class ProblemError extends Error {
  override readonly name: string = "ProblemError";
  readonly code: ProblemCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.code = code;
    const { retryAfterSeconds, headers } = options;
    this.headers = {
      ...(retryAfterSeconds === undefined
        ? {}
        : { "retry-after": String(Math.ceil(retryAfterSeconds)) }),
      ...headers,
    };
  }

  get problem(): Problem {
    return problemOf(this.code, this.message);
  }
}

export function problemOf(code: ProblemCode, detail: string): Problem {
  const status = PROBLEM_STATUS[code];
  return { type: "about:blank", title: STATUS_CODES[status] ?? "Error", status, detail, code };
}
