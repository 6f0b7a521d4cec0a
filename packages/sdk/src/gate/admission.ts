import type { Decision } from "@headway/core";
import type { NotNowCause } from "../not-now.ts";
import type { Caller } from "./caller.ts";

/** One call that wants to go out. */
export interface Visit {
  readonly caller: Caller;
  readonly fairnessKey: string;
  /** Longest it waits for its turn. */
  readonly waitMs: number;
  /** When its caller gives up; Infinity where it never does. */
  readonly deadlineAtMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Whether it may, and what stood behind that. */
export type Admission =
  | {
      readonly admitted: true;
      readonly decision: Decision | null;
      readonly advised: Decision | null;
      readonly waitedMs: number;
      readonly isProbe: boolean;
    }
  | {
      readonly admitted: false;
      readonly because: NotNowCause;
      readonly decision: Decision | null;
      readonly advised: Decision | null;
      readonly waitedMs: number;
      readonly retryAfterMs: number;
    };
