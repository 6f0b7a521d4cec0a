/** Every code Headway ever throws or answers with, and its row in docs/errors.md. A retired code is never reused. */
export const ERROR_CODES = [
  "ERR_CONFIG_RANGE",
  "ERR_CONFIG_TYPE",
  "ERR_CONFIG_UNKNOWN_KEY",
  "ERR_CONFIG_SYNTAX",
  "ERR_HISTOGRAM_SCALE",
  "ERR_REQUEST_INVALID",
  "ERR_REQUEST_TIMEOUT",
  "ERR_BODY_UNDECODABLE",
  "ERR_BODY_TOO_LARGE",
  "ERR_CONTENT_TYPE",
  "ERR_CONTENT_ENCODING",
  "ERR_AUTH_REQUIRED",
  "ERR_AUTH_TOKEN",
  "ERR_AUTH_SCOPE",
  "ERR_AUTH_ORIGIN",
  "ERR_NOT_FOUND",
  "ERR_METHOD",
  "ERR_CONFLICT",
  "ERR_OVERLOADED",
  "ERR_INTERNAL",
  "ERR_CONFIG_FILE",
  "ERR_LISTEN_IN_USE",
  "ERR_LISTEN_OPEN",
  "ERR_LISTEN",
  "ERR_COMMAND",
  "ERR_STORE_CORRUPT",
  "ERR_STORE_VERSION",
  "ERR_STORE_LOCKED",
  "ERR_NOT_NOW",
  "ERR_PEER_MISSING",
  "ERR_TRACES_INPUT",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * A mistake in code or configuration, thrown once and early. The message says what was expected and what came;
 * callers match on `code`. A refusal is never an error: it is a value.
 */
export class HeadwayError extends Error {
  override readonly name: string = "HeadwayError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
