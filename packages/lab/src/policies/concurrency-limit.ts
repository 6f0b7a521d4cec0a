import type { LocalRule } from "./local-policy.ts";

/** A limit on attempts in flight that learns from each that ends. */
export interface ConcurrencyLimit {
  readonly limit: number;
  /** `inFlight`: with itself, when it went out. */
  sample(sample: LimitSample): void;
}

export interface LimitSample {
  readonly latencyMs: number;
  readonly inFlight: number;
  readonly drop: "timeout" | "throttled" | undefined;
}

/**
 * One process' limit for one dependency: at the limit an attempt is refused at once, and the caller's own back-off stays. As in
 * Netflix' concurrency-limits a success is a sample, an overload (time-out or throttle) a drop, and any other error no evidence.
 */
export function limitedBy(limit: ConcurrencyLimit): LocalRule {
  let inFlight = 0;
  const startedAt = new Map<number, number>();
  return {
    admits({ id }) {
      if (inFlight >= Math.floor(limit.limit)) return false;
      inFlight += 1;
      startedAt.set(id, inFlight);
      return true;
    },
    ended({ id }, { outcome, latencyMs }) {
      inFlight -= 1;
      const inFlightThen = startedAt.get(id) ?? 1;
      startedAt.delete(id);
      if (outcome === "ok") limit.sample({ latencyMs, inFlight: inFlightThen, drop: undefined });
      else if (outcome === "timeout" || outcome === "throttled")
        limit.sample({ latencyMs, inFlight: inFlightThen, drop: outcome });
    },
  };
}
