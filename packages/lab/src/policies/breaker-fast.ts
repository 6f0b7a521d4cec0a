import { localPolicy } from "./local-policy.ts";
import { rollingBreaker } from "./rolling-breaker.ts";

/**
 * The circuit breaker of Hystrix, which most later ones copy:
 *
 *     opens when failures > 50 % of the calls of the last 10 s, 5 of them at least
 *     after 5 s one call tries: it closes the breaker, or opens it for another 5 s
 *
 * Hystrix asks for 20 calls in the window. An agent's process makes a call or two a second and would seldom reach them: 5 favours it.
 * The caller's own back-off stays.
 */
export const breakerFast = localPolicy(
  {
    name: "breaker-fast",
    title: "Circuit breaker, 5 s",
    source:
      "Netflix/Hystrix wiki, Configuration: errorThresholdPercentage 50, 10 s, sleepWindow 5 s",
  },
  () => rollingBreaker({ failureRate: 0.5, windowMs: 10_000, callsMin: 5, openMs: 5_000 }),
);
