import type { Attempt, ExponentialHistogram } from "@headway/core/signals";
import { CostTally } from "./cost-tally.ts";
import { isWaitedFor, newLatency } from "./latency-of.ts";

/** All that is counted of one agent. */
export class AgentTally {
  readonly agent: string;
  readonly cost = new CostTally();
  readonly latency: ExponentialHistogram = newLatency();
  readonly retryGap: ExponentialHistogram = newLatency();
  runs = 0;
  calls = 0;
  attempts = 0;
  retries = 0;
  retriesUnsure = 0;
  failed = 0;

  constructor(agent: string) {
    this.agent = agent;
  }

  attempt({ outcome, isRetry, durationMs, place }: Attempt, isFailed: boolean): void {
    if (outcome === "refused") return;
    this.attempts += 1;
    if (isFailed) this.failed += 1;
    if (isWaitedFor(outcome)) this.latency.record(durationMs);
    if (!isRetry) return;
    this.retries += 1;
    if (place?.isRetrySure !== true) this.retriesUnsure += 1;
    if (place?.retryGapMs !== undefined) this.retryGap.record(place.retryGapMs);
  }
}
