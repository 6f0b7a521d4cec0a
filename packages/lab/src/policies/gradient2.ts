import { limitedBy } from "./concurrency-limit.ts";
import type { ConcurrencyLimit, LimitSample } from "./concurrency-limit.ts";
import { localPolicy } from "./local-policy.ts";

const LIMIT_INITIAL = 20;
const LIMIT_MIN = 1;
const LIMIT_MAX = 200;
const TOLERANCE = 1.5;
const SMOOTHING = 0.2;
const QUEUE = 4;
const LONG_SAMPLES = 600;
const WARM_UP_SAMPLES = 10;

/**
 * Netflix' Gradient2Limit in every process, on its own calls. With the latency of each attempt as `short` and its exponential
 * average over 600 samples (a plain mean over the first 10) as `long`,
 *
 *     g = min(1, max(0.5, 1.5 * long / short))
 *     L = 0.8 L + 0.2 (g L + 4)        unless in flight < L / 2;   within [1, 200], at first 20
 *     long = 0.95 long                 where long > 2 short
 *
 * A throttle is no latency and is left out. Two readings favour it: the published minimum is 20, made for a server; and the window
 * of a second with at least 10 samples, in which Netflix often wraps it, is left away, since a process with a call a second would
 * never fill one.
 */
export const gradient2 = localPolicy(
  {
    name: "gradient2",
    title: "Gradient2 limit per process",
    source: "Netflix/concurrency-limits @78a74b9, Gradient2Limit.java",
  },
  () => limitedBy(new Gradient2Limit()),
);

export class Gradient2Limit implements ConcurrencyLimit {
  #limit = LIMIT_INITIAL;
  #longMs = 0;
  #samples = 0;

  get limit(): number {
    return this.#limit;
  }

  sample({ latencyMs, inFlight, drop }: LimitSample): void {
    if (drop === "throttled") return;
    this.#average(latencyMs);
    const longMs = this.#longMs;
    if (longMs > 2 * latencyMs) this.#longMs *= 0.95;
    if (inFlight < this.#limit / 2) return;
    const gradient = Math.max(0.5, Math.min(1, (TOLERANCE * longMs) / latencyMs));
    const next = (1 - SMOOTHING) * this.#limit + SMOOTHING * (gradient * this.#limit + QUEUE);
    this.#limit = Math.max(LIMIT_MIN, Math.min(LIMIT_MAX, next));
  }

  #average(latencyMs: number): void {
    const weight =
      this.#samples < WARM_UP_SAMPLES ? 1 / (this.#samples + 1) : 2 / (LONG_SAMPLES + 1);
    this.#samples += 1;
    this.#longMs += weight * (latencyMs - this.#longMs);
  }
}
