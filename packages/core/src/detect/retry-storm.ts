import { Coherence } from "./coherence.ts";
import type { DependencyWindow } from "./dependency-window.ts";
import type { Finding } from "./detection.ts";
import type { Detector } from "./detector.ts";
import { bucketsOf } from "./histogram-moments.ts";
import { memberOf, numbersOf } from "./parsed-state.ts";
import { ReproductionNumber } from "./reproduction-number.ts";
import type { Reproduction } from "./reproduction-number.ts";

/** From here on each failure causes more than one, and nothing but the retries' own limit stops it. */
const RUNAWAY = 1;
/**
 * From here on retries outnumber first attempts: attempts per call = 1 / (1 − R) > 2. An agent that retries one call
 * at a time cannot exceed R = 1 by itself (three tries that all fail make 2/3), yet a fleet of such agents triples the load.
 */
const SUSTAINED = 0.5;
const CERTAINTY = 0.99;
/** One agent that retries is that agent's loop; two may be chance. */
const AGENTS_MIN = 3;
/** Retries and failures in the six windows of the estimate: below two a second of each no dependency is harmed. */
const VOLUME_MIN = 10;
/** An agent takes part for as many windows after its last retry. */
const PART_WINDOWS = 10;
const PARTAKERS_MAX = 1_024;

/**
 * Says that retries feed themselves across agents: P(R > ½) > 0.99 for the causal reproduction number R of failures (see
 * `ReproductionNumber`), with three agents or more taking part; `isRunaway` when P(R > 1) > 0.99 too. It lasts until
 * P(R > ½) < 0.01 or the volume is gone, for at its height a storm stands still: R is near its limit, not growing.
 *
 * Not an estimate on raw arrivals (Hawkes, Fano): ordinary model traffic looks self-exciting to those. A healthy dependency
 * fails in p of its attempts and so has R ≤ p: with p = 0.1 and ten retries, P(R > ½) > 0.99 has a chance below 1e-9 a window.
 */
export class RetryStorm implements Detector {
  readonly kind = "retry_storm";
  readonly #reproduction = new ReproductionNumber();
  readonly #coherence = new Coherence();
  /** Windows since each agent's last retry. */
  #partakers = new Map<string, number>();
  #isStorm = false;
  #hasSeenAttempts = false;

  /** Over the last windows, whether that is a storm or not. */
  get reproduction(): Reproduction {
    return this.#reproduction.estimate();
  }

  observe(window: DependencyWindow): Finding {
    const { ok, error, timeout, throttled } = window.outcomes;
    const failed = error + timeout + throttled;
    const retries = sumOf(window.agentRetries.values());
    const delays = window.retryGap ? bucketsOf(window.retryGap) : [];
    this.#reproduction.observe({ failed, ended: failed + ok, retries, delays }, window.windowMs);
    this.#coherence.observe(window.agentRetries);
    this.#countPartakers(window.agentRetries);
    this.#hasSeenAttempts ||= failed + ok + retries > 0;
    if (!this.#hasSeenAttempts) return { state: "unknown" };
    const estimate = this.#reproduction.estimate();
    this.#isStorm = this.#judge(estimate);
    return this.#isStorm ? this.#abnormal(estimate, window) : { state: "normal" };
  }

  state(): unknown {
    return {
      reproduction: this.#reproduction.state(),
      coherence: this.#coherence.state(),
      partakers: [...this.#partakers].map(([agent, windows]) => ({ agent, windows })),
      flags: { isStorm: Number(this.#isStorm), hasSeenAttempts: Number(this.#hasSeenAttempts) },
    };
  }

  restore(state: unknown): void {
    const flags = numbersOf(memberOf(state, "flags"), ["isStorm", "hasSeenAttempts"]);
    const partakers = memberOf(state, "partakers");
    if (!flags || !Array.isArray(partakers)) return;
    this.#isStorm = flags.isStorm === 1;
    this.#hasSeenAttempts = flags.hasSeenAttempts === 1;
    this.#reproduction.restore(memberOf(state, "reproduction"));
    this.#coherence.restore(memberOf(state, "coherence"));
    this.#partakers = new Map();
    for (const entry of partakers.slice(0, PARTAKERS_MAX)) {
      const agent = memberOf(entry, "agent");
      const windows = numbersOf(entry, ["windows"])?.windows;
      if (typeof agent === "string" && windows !== undefined) this.#partakers.set(agent, windows);
    }
  }

  #judge(estimate: Reproduction): boolean {
    if (estimate.failed < VOLUME_MIN || estimate.retries < VOLUME_MIN) return false;
    const probability = estimate.exceeds(SUSTAINED);
    if (this.#isStorm) return probability > 1 - CERTAINTY;
    return probability > CERTAINTY && this.#partakers.size >= AGENTS_MIN;
  }

  #countPartakers(agentRetries: ReadonlyMap<string, number>): void {
    for (const [agent, windows] of this.#partakers) {
      if (windows + 1 >= PART_WINDOWS) this.#partakers.delete(agent);
      else this.#partakers.set(agent, windows + 1);
    }
    for (const [agent, count] of agentRetries) {
      if (count > 0 && (this.#partakers.has(agent) || this.#partakers.size < PARTAKERS_MAX))
        this.#partakers.set(agent, 0);
    }
  }

  #abnormal(estimate: Reproduction, window: DependencyWindow): Finding {
    const { mean, low, high, failed, retries } = estimate;
    const agentsRetrying = this.#partakers.size;
    const agents = Math.max(agentsRetrying, window.agentAttempts.size);
    const certainty = estimate.exceeds(SUSTAINED);
    return {
      state: "abnormal",
      // Attempts per call are 1/(1 − R): the share of all work that retries make, 1 when they make it without bound.
      severity: Math.min(1, mean),
      summary: `${agentsRetrying} of ${agents} agents retry; R = ${mean.toFixed(2)} (95 %: ${low.toFixed(2)} to ${high.toFixed(2)})`,
      evidence: {
        reproduction: mean,
        reproductionLow: low,
        reproductionHigh: high,
        certainty,
        isRunaway: estimate.exceeds(RUNAWAY) > CERTAINTY,
        agentsRetrying,
        agents,
        failed,
        retries,
        coherence: this.#coherence.value,
      },
    };
  }
}

function sumOf(numbers: Iterable<number>): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}
