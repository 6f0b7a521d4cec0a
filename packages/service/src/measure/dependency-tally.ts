import type { Attempt, ExponentialHistogram, Outcome } from "@headway/core/signals";
import { newAttemptTimeline } from "./attempt-cell.ts";
import { CostTally } from "./cost-tally.ts";
import { LatencyBand } from "./latency-band.ts";
import { isWaitedFor, newLatency } from "./latency-of.ts";

const AGENTS_MAX = 4_096;

/** All that is counted of one dependency. */
export class DependencyTally {
  readonly dependency: string;
  readonly outcomes: Record<Outcome, number>;
  readonly latency: ExponentialHistogram = newLatency();
  readonly retryGap: ExponentialHistogram = newLatency();
  readonly cost = new CostTally();
  readonly agents = new Set<string>();
  readonly timeline = newAttemptTimeline();
  readonly band = new LatencyBand();
  calls = 0;
  attempts = 0;
  retries = 0;
  retriesUnsure = 0;
  failed = 0;
  selfMs = 0;
  withSelf = 0;
  withServer = 0;
  /** Milliseconds of calls that ended ok, for what a repetition costs. */
  callMs = 0;
  /** First attempts that failed, and their wall time. */
  failedFirsts = 0;
  failedFirstMs = 0;

  constructor(dependency: string) {
    this.dependency = dependency;
    this.outcomes = { ok: 0, error: 0, throttled: 0, timeout: 0, cancelled: 0, refused: 0 };
  }

  attempt(
    { outcome, isRetry, startMs, durationMs, agent, place }: Attempt,
    isFailed: boolean,
  ): void {
    this.outcomes[outcome] += 1;
    if (outcome === "refused") return;
    this.attempts += 1;
    if (isFailed) this.failed += 1;
    if (isFailed && !isRetry) this.failedFirsts += 1;
    if (isWaitedFor(outcome)) this.latency.record(durationMs);
    if (this.agents.size < AGENTS_MAX) this.agents.add(agent);
    const cell = this.timeline.at(startMs);
    cell.attempts += 1;
    if (isFailed) cell.failed += 1;
    this.band.record(startMs + durationMs, durationMs, {
      isWaitedFor: isWaitedFor(outcome),
      isFailed,
      isRetry,
    });
    if (isRetry) {
      this.retries += 1;
      cell.retries += 1;
      if (place?.isRetrySure !== true) this.retriesUnsure += 1;
      if (place?.retryGapMs !== undefined) this.retryGap.record(place.retryGapMs);
    }
    if (place === undefined) return;
    this.selfMs += place.selfMs;
    this.withSelf += 1;
    if (place.servedMs !== undefined) this.withServer += 1;
  }
}
