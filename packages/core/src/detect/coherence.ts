import { memberOf, isRecord, numbersOf } from "./parsed-state.ts";

/** Agents whose variance is followed; the sum is of these, so the ratio stays honest when there are more. */
const AGENTS_MAX = 256;
/** Memory in windows: a few backoff periods. */
const GAIN = 1 / 20;
/** What varies less than this has fallen silent and gives up its place. */
const VARIANCE_MIN = 1e-4;

interface Moments {
  mean: number;
  variance: number;
}

/**
 * How much agents act in step:
 *
 *     coherence = var(Σ x_a) / Σ var(x_a)        1 independent, N in lock-step
 *
 * over exponentially weighted windows of each agent's count x_a. One number at O(agents) a window.
 */
export class Coherence {
  readonly #agents = new Map<string, Moments>();
  #total: Moments = { mean: 0, variance: 0 };

  observe(counts: ReadonlyMap<string, number>): void {
    for (const [agent, count] of counts) {
      if (count > 0 && !this.#agents.has(agent) && this.#agents.size < AGENTS_MAX)
        this.#agents.set(agent, { mean: 0, variance: 0 });
    }
    let total = 0;
    for (const [agent, moments] of this.#agents) {
      const count = counts.get(agent) ?? 0;
      total += count;
      follow(moments, count);
      if (moments.variance < VARIANCE_MIN) this.#agents.delete(agent);
    }
    follow(this.#total, total);
  }

  get value(): number {
    let parts = 0;
    for (const { variance } of this.#agents.values()) parts += variance;
    return parts > 0 ? this.#total.variance / parts : 1;
  }

  state(): unknown {
    return {
      agents: [...this.#agents].map(([agent, moments]) => ({ agent, ...moments })),
      total: { ...this.#total },
    };
  }

  restore(state: unknown): void {
    const total = numbersOf(memberOf(state, "total"), ["mean", "variance"]);
    const agents = memberOf(state, "agents");
    if (!total || !Array.isArray(agents)) return;
    this.#total = total;
    this.#agents.clear();
    for (const entry of agents.slice(0, AGENTS_MAX)) {
      const moments = numbersOf(entry, ["mean", "variance"]);
      if (moments && isRecord(entry) && typeof entry["agent"] === "string")
        this.#agents.set(entry["agent"], moments);
    }
  }
}

function follow(moments: Moments, value: number): void {
  const delta = value - moments.mean;
  moments.mean += GAIN * delta;
  moments.variance = (1 - GAIN) * (moments.variance + GAIN * delta ** 2);
}
