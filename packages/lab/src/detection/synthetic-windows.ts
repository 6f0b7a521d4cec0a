import type { DependencyWindow } from "@headway/core";
import { noOutcomes } from "@headway/core/detect";
import { ExponentialHistogram, type HistogramData, type Outcome } from "@headway/core/signals";

export interface OpenAttempt {
  readonly agent: string;
  readonly startMs: number;
  readonly isRetry: boolean;
}

/** A window in which nothing happened but what is given. */
export function windowWith({
  dependency = "tool:idp_lookup",
  endMs,
  ok = 0,
  latency,
}: {
  readonly dependency?: string;
  readonly endMs: number;
  readonly ok?: number;
  readonly latency?: HistogramData;
}): DependencyWindow {
  const empty = new WindowCollector(dependency).close(endMs);
  const outcomes = { ...noOutcomes(), ok };
  return { ...empty, windowMs: 1_000, calls: ok, attempts: ok, outcomes, latency };
}

/**
 * What a simulated fleet does, as the windows that the engine would make of the fleet's reports: attempts and retries by agent count
 * where they start, outcomes and durations where they end, ages where the window ends.
 */
export class WindowCollector {
  readonly #dependency: string;
  readonly #open = new Set<OpenAttempt>();
  #lastMs = 0;
  #counts = { calls: 0, attempts: 0, retries: 0 };
  #outcomes = noOutcomes();
  #latency = new ExponentialHistogram();
  #latencyFailed = new ExponentialHistogram();
  #retryGap = new ExponentialHistogram();
  #agentAttempts = new Map<string, number>();
  #agentRetries = new Map<string, number>();

  constructor(dependency: string) {
    this.#dependency = dependency;
  }

  get inFlight(): number {
    return this.#open.size;
  }

  /** `gapMs` since the failure that it retries; absent for a first attempt. */
  started(agent: string, startMs: number, gapMs?: number): OpenAttempt {
    const attempt = { agent, startMs, isRetry: gapMs !== undefined };
    this.#open.add(attempt);
    add(this.#agentAttempts, agent);
    if (gapMs !== undefined) {
      add(this.#agentRetries, agent);
      this.#retryGap.record(gapMs / 1_000);
    }
    return attempt;
  }

  ended(attempt: OpenAttempt, outcome: Outcome, atMs: number): void {
    this.#open.delete(attempt);
    this.#counts.attempts += 1;
    this.#counts.calls += attempt.isRetry ? 0 : 1;
    this.#counts.retries += attempt.isRetry ? 1 : 0;
    this.#outcomes[outcome] += 1;
    const histogram = outcome === "ok" ? this.#latency : this.#latencyFailed;
    histogram.record((atMs - attempt.startMs) / 1_000);
  }

  close(endMs: number): DependencyWindow {
    const ages = new ExponentialHistogram();
    for (const { startMs } of this.#open) ages.record((endMs - startMs) / 1_000);
    const window: DependencyWindow = {
      dependency: this.#dependency,
      endMs,
      windowMs: endMs - this.#lastMs,
      ...this.#counts,
      outcomes: this.#outcomes,
      latency: dataOf(this.#latency),
      latencyFailed: dataOf(this.#latencyFailed),
      gap: undefined,
      self: undefined,
      retryGap: dataOf(this.#retryGap),
      inFlight: this.#open.size,
      ages: dataOf(ages),
      waiting: 0,
      throttles: { rate: 0, quota: 0, overloaded: 0 },
      retryAfterMax: undefined,
      agentAttempts: this.#agentAttempts,
      agentRetries: this.#agentRetries,
      repeats: [],
      fanOut: new Map(),
      callsFrom: new Map(),
      instances: 1,
    };
    this.#clear(endMs);
    return window;
  }

  #clear(endMs: number): void {
    this.#lastMs = endMs;
    this.#counts = { calls: 0, attempts: 0, retries: 0 };
    this.#outcomes = noOutcomes();
    this.#latency = new ExponentialHistogram();
    this.#latencyFailed = new ExponentialHistogram();
    this.#retryGap = new ExponentialHistogram();
    this.#agentAttempts = new Map();
    this.#agentRetries = new Map();
  }
}

function dataOf(histogram: ExponentialHistogram): HistogramData | undefined {
  return histogram.count === 0 ? undefined : histogram.data();
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
