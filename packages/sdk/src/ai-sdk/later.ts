import type { NotNow } from "../not-now.ts";

/** The AI SDK waits for a Retry-After below this, and goes by its own back-off for a longer one. */
const WAITABLE_MS = 60_000;

/**
 * A refusal in the AI SDK's own terms: an `APICallError` whose headers say when to come back, so that the SDK itself waits and
 * tries again. Not retryable where the call was shed, or where the SDK would not wait that long. Without `@ai-sdk/provider`
 * there is no such error to make, and the refusal stays what it is.
 */
export async function later(refusal: NotNow): Promise<Error> {
  const provider = await import("@ai-sdk/provider").catch(() => undefined);
  if (provider === undefined) return refusal;
  const { retryAfterMs, decision, dependency, message } = refusal;
  return new provider.APICallError({
    message,
    url: dependency,
    requestBodyValues: {},
    statusCode: 503,
    responseHeaders: { "retry-after-ms": String(retryAfterMs) },
    cause: refusal,
    isRetryable: decision?.action !== "shed" && retryAfterMs < WAITABLE_MS,
  });
}
