import type { Decision } from "@headway/core";
import type { NotNowCause } from "../not-now.ts";
import type { Caller } from "./caller.ts";

/** A place that may be lent to one call at a time. */
export interface Lendable {
  /** Its holder has not ended. */
  isOpen: boolean;
  isLent: boolean;
}

/** One call that wants to go out. */
export interface Visit {
  readonly caller: Caller;
  readonly fairnessKey: string;
  /** Longest it waits for its turn. */
  readonly waitMs: number;
  /** When its caller gives up; Infinity where it never does. */
  readonly deadlineAtMs: number;
  /** A place at this gate that the run around the call holds: the call may go on that. */
  readonly held: Lendable | undefined;
}

/** Whether it may, and what stood behind that. */
export type Admission =
  | {
      readonly admitted: true;
      readonly decision: Decision | null;
      readonly advised: Decision | null;
      readonly waitedMs: number;
      readonly isProbe: boolean;
      /** It goes on the held place, which is lent to it now, and has not entered the gate. */
      readonly isBorrowed: boolean;
    }
  | {
      readonly admitted: false;
      readonly because: NotNowCause;
      readonly decision: Decision | null;
      readonly advised: Decision | null;
      readonly waitedMs: number;
      readonly retryAfterMs: number;
    };

/**
 * Is told what became of a visit. It may be called in the middle of a room's work, so it must not come back to the room: it only
 * takes note, and acts afterwards.
 */
export type Settle = (admission: Admission) => void;

/** Takes a visit back that waits. Does nothing once it is settled. */
export type Withdraw = () => void;
