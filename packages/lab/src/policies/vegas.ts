import type { Random } from "@headway/core";
import { limitedBy } from "./concurrency-limit.ts";
import type { ConcurrencyLimit, LimitSample } from "./concurrency-limit.ts";
import { localPolicy } from "./local-policy.ts";

const LIMIT_INITIAL = 20;
const LIMIT_MAX = 1_000;
const PROBE_MULTIPLIER = 30;

/**
 * Netflix' VegasLimit in every process, on its own calls. With `s = max(1, floor(log10 L))` and the queue as TCP Vegas estimates it,
 *
 *     q = ceil(L * (1 - rtt_noload / rtt))
 *     drop: L - s      2 * in flight < L: as it is      q <= s: L + 6 s      q < 3 s: L + s      q > 6 s: L - s
 *
 * within [1, 1000], at first 20. rtt_noload is the least seen; after 30 * L * U(0.5, 1) samples the next one replaces it. The
 * published code lets a drop set rtt_noload, so that one quick rejection would hold the limit at 1 from then on: here a drop sets
 * none, which favours it.
 */
export const vegas = localPolicy(
  {
    name: "vegas",
    title: "Vegas limit per process",
    source: "Netflix/concurrency-limits @78a74b9, VegasLimit.java",
  },
  ({ random }) => limitedBy(new VegasLimit(random)),
);

export class VegasLimit implements ConcurrencyLimit {
  readonly #random: Random;
  #limit = LIMIT_INITIAL;
  #noLoadMs = 0;
  #samples = 0;
  #jitter: number;

  constructor(random: Random) {
    this.#random = random;
    this.#jitter = 0.5 + random() / 2;
  }

  get limit(): number {
    return this.#limit;
  }

  sample({ latencyMs, inFlight, drop }: LimitSample): void {
    const step = Math.max(1, Math.floor(Math.log10(this.#limit)));
    if (drop !== undefined) this.#change(-step);
    else if (!this.#learns(latencyMs) && inFlight * 2 >= this.#limit) this.#follow(latencyMs, step);
  }

  #follow(latencyMs: number, step: number): void {
    const queue = Math.ceil(this.#limit * (1 - this.#noLoadMs / latencyMs));
    if (queue <= step) this.#change(6 * step);
    else if (queue < 3 * step) this.#change(step);
    else if (queue > 6 * step) this.#change(-step);
  }

  /** Whether the sample went into rtt_noload. */
  #learns(latencyMs: number): boolean {
    this.#samples += 1;
    if (this.#samples >= this.#jitter * PROBE_MULTIPLIER * this.#limit) {
      this.#jitter = 0.5 + this.#random() / 2;
      this.#samples = 0;
      this.#noLoadMs = latencyMs;
      return true;
    }
    if (this.#noLoadMs !== 0 && latencyMs >= this.#noLoadMs) return false;
    this.#noLoadMs = latencyMs;
    return true;
  }

  #change(by: number): void {
    this.#limit = Math.max(1, Math.min(LIMIT_MAX, this.#limit + by));
  }
}
