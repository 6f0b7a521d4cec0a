import { localPolicy } from "./local-policy.ts";
import { rollingBreaker } from "./rolling-breaker.ts";

/**
 * opossum's circuit breaker at its defaults:
 *
 *     opens when failures > 50 % of the calls of the last 10 s (ten buckets; no least number of calls)
 *     after 30 s one call tries: it closes the breaker, or opens it for another 30 s
 *
 * Where opossum keeps the counts of before the outage after it closes, so that a single later failure may open it again, this one
 * starts anew: that favours it. Its own time-out of 10 s is longer than the caller's and never fires. The caller's own back-off stays.
 */
export const breakerOpossum = localPolicy(
  {
    name: "breaker-opossum",
    title: "Circuit breaker, opossum",
    source:
      "nodeshift/opossum, lib/circuit.js: errorThresholdPercentage 50, rollingCountTimeout 10 s, resetTimeout 30 s",
  },
  () => rollingBreaker({ failureRate: 0.5, windowMs: 10_000, callsMin: 0, openMs: 30_000 }),
);
