import { limitedBy } from "./concurrency-limit.ts";
import type { ConcurrencyLimit, LimitSample } from "./concurrency-limit.ts";
import { localPolicy } from "./local-policy.ts";

const LIMIT_INITIAL = 20;
const LIMIT_MIN = 1;
const LIMIT_MAX = 200;
const DECREASE = 0.9;
const SLOW_MS = 5_000;

/**
 * Netflix' AIMDLimit in every process, on its own calls:
 *
 *     a drop, or more than 5 s:  L = floor(0.9 L)
 *     else, if 2 * in flight >= L:  L = L + 1        within [1, 200], at first 20
 *
 * The published minimum is 20, made for a server. In the client of a fleet it would never bind, and this would be no limit at all:
 * 1 favours it, and is what its sibling Vegas has.
 */
export const aimd = localPolicy(
  {
    name: "aimd",
    title: "AIMD limit per process",
    source: "Netflix/concurrency-limits @78a74b9, AIMDLimit.java",
  },
  () => limitedBy(new AimdLimit()),
);

export class AimdLimit implements ConcurrencyLimit {
  #limit = LIMIT_INITIAL;

  get limit(): number {
    return this.#limit;
  }

  sample({ latencyMs, inFlight, drop }: LimitSample): void {
    if (drop !== undefined || latencyMs > SLOW_MS) this.#limit = Math.floor(this.#limit * DECREASE);
    else if (inFlight * 2 >= this.#limit) this.#limit += 1;
    this.#limit = Math.min(LIMIT_MAX, Math.max(LIMIT_MIN, this.#limit));
  }
}
