import type { NotNow } from "../not-now.ts";

/** Says "not now" in HTTP. Both headers, as some clients only read whole seconds. */
export function refusalHeaders({ retryAfterMs, decision }: NotNow): Record<string, string> {
  return {
    "retry-after": String(Math.ceil(retryAfterMs / 1_000)),
    "retry-after-ms": String(retryAfterMs),
    "headway-action": decision?.action ?? "defer",
  };
}

export function refusalResponse(refusal: NotNow): Response {
  return new Response(null, {
    status: 503,
    statusText: "Service Unavailable",
    headers: refusalHeaders(refusal),
  });
}
