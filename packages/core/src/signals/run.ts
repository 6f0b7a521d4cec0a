import type { Outcome, ThrottleReason } from "./outcome.ts";
import type { Priority } from "./priority.ts";

/** One thing that the hook runs itself: a call, or with a parent of the same dependency one attempt of it. */
export interface RunStart {
  readonly dependency: string;
  readonly operation?: string;
  readonly priority: Priority;
  readonly agent?: string;
  /** Id of the unit of work, where there is no trace. */
  readonly workflow?: string;
  readonly parent?: RunHandle;
  readonly traceId?: string;
  readonly parentSpanId?: string;
  /** 1 for the first; absent where the caller does not count. */
  readonly attempt?: number;
  /** A keyed digest of the call's arguments, made by the shell; compared within the process, never reported. */
  readonly digest?: number;
}

export interface RunEnd {
  readonly outcome: Outcome;
  readonly retryAfterMs?: number;
  readonly throttle?: ThrottleReason;
}

/** What `runStarted` gives and `runEnded` takes; spans started meanwhile attach below it. */
export interface RunHandle {
  readonly startMs: number;
}
