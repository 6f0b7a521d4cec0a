import type { Attempt, Call } from "@headway/core/signals";
import { CostTally } from "./cost-tally.ts";

/** An attempt of a unit of work, as far as the unit's own account needs it. */
export interface Step {
  readonly dependency: string;
  readonly agent: string;
  readonly from: string;
  readonly call: number;
  readonly parentCall: number | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly gapMs: number;
  readonly selfMs: number;
  readonly isRetry: boolean;
  readonly isFailed: boolean;
  /** Its row in the log of retries, if it is there. */
  readonly retryRow: number | undefined;
}

/** Beyond this a unit's steps are counted, but not accounted for one by one. */
const STEPS_MAX = 2_000;

/** What is known of a unit of work while its root has not ended. */
export class UnitOfWork {
  readonly steps: Step[] = [];
  readonly cost = new CostTally();
  attempts = 0;
  calls = 0;
  callsFailed = 0;
  retries = 0;
  stepsLeftOut = 0;

  attempt(
    { dependency, agent, startMs, durationMs, isRetry, place }: Attempt,
    isFailed: boolean,
    retryRow: number | undefined,
  ): void {
    this.attempts += 1;
    if (isRetry) this.retries += 1;
    if (place === undefined || this.steps.length >= STEPS_MAX) {
      this.stepsLeftOut += 1;
      return;
    }
    const { from, call, parentCall, retryGapMs, selfMs } = place;
    this.steps.push({
      dependency,
      agent,
      from,
      call,
      parentCall,
      startMs,
      endMs: startMs + durationMs,
      gapMs: retryGapMs ?? 0,
      selfMs,
      isRetry,
      isFailed,
      retryRow,
    });
  }

  call({ outcome }: Call): void {
    this.calls += 1;
    if (outcome !== "ok" && outcome !== "refused") this.callsFailed += 1;
  }
}
