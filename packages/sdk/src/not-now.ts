import type { Decision } from "@headway/core";
import { HeadwayError } from "@headway/core/signals";

/**
 * Why a call did not go out. `decision`: one forbids it. `wait`: it was to wait longer than it may. `deadline`: it could not
 * have finished in time. `queue_full`: too many wait already.
 */
export type NotNowCause = "decision" | "wait" | "deadline" | "queue_full";

export interface NotNowDetails {
  readonly dependency: string;
  readonly because: NotNowCause;
  /** The decision behind it; null where none was, as with a missed deadline. */
  readonly decision: Decision | null;
  /** When to come back, in milliseconds from now; never below 1. */
  readonly retryAfterMs: number;
}

/**
 * Thrown by `run`, `map` and `retry` where a call may not go out now. Nothing has been sent. `tryRun` returns the same as a
 * value instead. Its `code` is `ERR_NOT_NOW`.
 */
export class NotNow extends HeadwayError {
  override readonly name = "NotNow";
  readonly dependency: string;
  readonly because: NotNowCause;
  readonly decision: Decision | null;
  readonly retryAfterMs: number;

  constructor(details: NotNowDetails) {
    super("ERR_NOT_NOW", message(details));
    this.dependency = details.dependency;
    this.because = details.because;
    this.decision = details.decision;
    this.retryAfterMs = Math.max(1, Math.ceil(details.retryAfterMs));
  }
}

const BECAUSE: Readonly<Record<NotNowCause, string>> = {
  decision: "it may not be called now",
  wait: "its turn comes later than this call may wait",
  deadline: "the call could not have finished before its deadline",
  queue_full: "too many calls wait for it already",
};

function message({ dependency, because, decision, retryAfterMs }: NotNowDetails): string {
  const reason = decision === null ? "" : ` (${decision.action}: ${decision.reason.summary})`;
  return `${dependency}: ${BECAUSE[because]}${reason}, come back in ${Math.ceil(retryAfterMs)} ms`;
}
