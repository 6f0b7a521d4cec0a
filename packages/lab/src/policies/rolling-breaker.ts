import { isFailure } from "./failure.ts";
import type { LocalRule } from "./local-policy.ts";
import { RollingCounts } from "./rolling-counts.ts";

export interface RollingBreakerOptions {
  readonly failureRate: number;
  readonly windowMs: number;
  /** Judged on no fewer calls than this in the window. */
  readonly callsMin: number;
  /** How long it stays open before one call may try. */
  readonly openMs: number;
}

/**
 * A circuit breaker over a window of time: opens above a rate of failures, lets one call try after a while, closes when that one
 * succeeds and opens again when it fails. Calls are counted as they go out and failures as they come, as opossum and Hystrix do.
 */
export function rollingBreaker(options: RollingBreakerOptions): LocalRule {
  const counts = new RollingCounts(options.windowMs, 10);
  let state: "closed" | "open" | "half-open" = "closed";
  let openedMs = 0;
  let probe: number | undefined;

  const open = (nowMs: number): void => {
    state = "open";
    openedMs = nowMs;
    probe = undefined;
  };
  return {
    admits({ id }, nowMs) {
      if (state === "open" && nowMs - openedMs >= options.openMs) state = "half-open";
      if (state === "open" || (state === "half-open" && probe !== undefined)) return false;
      if (state === "half-open") probe = id;
      counts.add(nowMs, { total: 1, marked: 0 });
      return true;
    },
    ended({ id }, end, nowMs) {
      const hasFailed = isFailure(end);
      if (hasFailed) counts.add(nowMs, { total: 0, marked: 1 });
      if (state === "half-open" && id === probe) {
        if (hasFailed) open(nowMs);
        else if (end.outcome === "ok") {
          state = "closed";
          probe = undefined;
          counts.clear();
        } else probe = undefined;
        return;
      }
      if (state !== "closed" || !hasFailed) return;
      const { total, marked } = counts.read(nowMs);
      if (total >= options.callsMin && marked > options.failureRate * total) open(nowMs);
    },
  };
}
