import type { Priority } from "@headway/core/signals";
import type { Attempt, AttemptEnd } from "../policies/policy.ts";

/** Is told what the agents do, as it happens. It looks and changes nothing. */
export interface Observer {
  workflowStarted(workflow: WorkflowFacts): void;
  /** At its deadline at the latest. */
  workflowEnded(workflow: WorkflowFacts, ok: boolean): void;
  /** Before the guard is asked. */
  attemptAsked(attempt: Attempt): void;
  attemptWent(attempt: Attempt): void;
  attemptRefused(attempt: Attempt, end: AttemptEnd): void;
  /** Its deadline passed while it waited at the guard, or the call that it served was given up. */
  attemptWithdrawn(attempt: Attempt): void;
  /** Of one that went, and when it did. */
  attemptEnded(attempt: Attempt, end: AttemptEnd, wentMs: number): void;
}

export interface WorkflowFacts {
  readonly id: number;
  readonly workload: string;
  readonly priority: Priority;
  readonly process: number;
  readonly startedMs: number;
  readonly deadlineMs: number;
}
