import type { Outcome, ThrottleReason } from "./outcome.ts";
import type { Priority } from "./priority.ts";

/** One physical try of a call, when it has ended. Times are the recorder's clock. */
export interface Attempt {
  readonly dependency: string;
  readonly operation: string;
  readonly agent: string;
  readonly priority: Priority;
  readonly startMs: number;
  readonly durationMs: number;
  readonly outcome: Outcome;
  readonly throttle: ThrottleReason | undefined;
  readonly isRetry: boolean;
}

/** What an agent wanted done, when it has ended: its attempts and the pauses between them. */
export interface Call {
  readonly dependency: string;
  readonly operation: string;
  readonly agent: string;
  readonly priority: Priority;
  readonly startMs: number;
  readonly durationMs: number;
  readonly outcome: Outcome;
}
