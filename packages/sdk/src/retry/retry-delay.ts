import type { Random } from "@headway/core";
import type { Classification } from "../outcome/classification.ts";

const BASE_MS_TRANSIENT = 50;
const BASE_MS_THROTTLED = 1_000;
const DELAY_MS_MAX = 20_000;
/** Those who were told the same moment come back within a fifth of the wait after it, not all at it. */
const AFTER_SPREAD = 0.2;

/**
 * How long to pause before retry number `retry` (1 for the first): full jitter over an exponentially growing range, as the AWS
 * SDKs do since November 2026. A Retry-After is a floor and is only ever jittered upwards.
 */
export function retryDelayMs(failure: Classification, retry: number, random: Random): number {
  const baseMs = failure.outcome === "throttled" ? BASE_MS_THROTTLED : BASE_MS_TRANSIENT;
  const backoffMs = random() * Math.min(DELAY_MS_MAX, baseMs * 2 ** (retry - 1));
  if (failure.retryAfterMs === undefined) return backoffMs;
  return Math.max(backoffMs, failure.retryAfterMs * (1 + AFTER_SPREAD * random()));
}
