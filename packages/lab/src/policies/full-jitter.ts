import { localPolicy } from "./local-policy.ts";

/**
 * Exponential back-off with full jitter, and nothing else:
 *
 *     wait before retry n = random(0, min(cap, base * 2^n))
 *
 * Base and cap are those of the caller's layers, which a scenario gives; this policy leaves them alone.
 */
export const fullJitter = localPolicy(
  {
    name: "full-jitter",
    title: "Back-off, full jitter",
    source: "Brooker, Exponential Backoff and Jitter, AWS Architecture Blog, 2015",
  },
  () => ({}),
);
