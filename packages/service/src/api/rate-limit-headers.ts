import type { Verdict } from "@headway/core";

/**
 * The one place that writes RateLimit and RateLimit-Policy, which are still a draft ("RateLimit header fields for
 * HTTP", draft 11): a list of structured-field items (RFC 9651), the policy's name with its parameters.
 *
 *     RateLimit-Policy: "tool:idp_lookup";q=4;qu="concurrent-requests"
 *     RateLimit: "tool:idp_lookup";r=0;t=4
 *
 * The policy is the dependency. `q` is what the whole fleet may do; what remains for one caller is not known here, so
 * RateLimit is sent only with a refusal, where it is 0.
 */
export function rateLimitHeaders(
  dependency: string,
  verdict: Verdict,
  isRefused: boolean,
): Record<string, string> {
  const policy = policyParameters(verdict);
  if (policy === undefined && !isRefused) return {};
  const name = structuredString(dependency);
  return {
    ...(policy === undefined ? {} : { "ratelimit-policy": `${name}${policy}` }),
    ...(isRefused ? { ratelimit: `${name};r=0;t=${retryAfterSecondsOf(verdict)}` } : {}),
  };
}

/** Whole seconds, rounded up: to come back early is to be refused again. */
export function retryAfterSecondsOf({ retryAfterMs }: Verdict): number {
  return Math.max(1, Math.ceil(retryAfterMs / 1_000));
}

/** Quotas are integers in the draft. A fraction is told over a longer window, not rounded to something else. */
function policyParameters({ shape }: Verdict): string | undefined {
  if (shape?.ratePerSecond !== undefined) {
    const windowSeconds = Number.isInteger(shape.ratePerSecond) ? 1 : 60;
    return `;q=${Math.floor(shape.ratePerSecond * windowSeconds)};w=${windowSeconds}`;
  }
  if (shape?.concurrency !== undefined)
    return `;q=${Math.floor(shape.concurrency)};qu="concurrent-requests"`;
  return undefined;
}

/** Nearly every name: nothing in it needs an escape. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Printable ASCII with backslash escapes is all that a structured string may hold. */
function structuredString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  const wellFormed = text.replace(/\p{Surrogate}/gu, "\ufffd");
  const ascii = wellFormed.replace(/[^\x20-\x7e]+/gu, encodeURIComponent);
  return `"${ascii.replace(/["\\]/g, String.raw`\$&`)}"`;
}
