import type { Check } from "./arrivals.ts";
import type { WorkflowPriority } from "../messages.ts";

export interface GatedCall {
  /** What is asked of the provider: the name of a check, never what is in it. */
  readonly operation: Check;
  /** Id of the case. */
  readonly workflow: string;
  readonly agent: string;
  readonly priority: WorkflowPriority;
  /** Milliseconds left until the case must be done. */
  readonly deadlineMs: number;
  /** Aborts at the deadline. */
  readonly signal: AbortSignal;
}

/** Stands before every attempt. Here the two variants differ, and nowhere else. */
export type Gate = <Result>(call: GatedCall, attempt: () => Promise<Result>) => Promise<Result>;

/** Without Headway: whoever wants to call, calls. */
export const openGate: Gate = (_call, attempt) => attempt();

/** Not now: the workflow is put back and goes on from the same check later. No attempt was made. */
export class Postponed extends Error {
  override readonly name = "Postponed";
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super(`postponed for ${Math.round(retryAfterMs)} ms`);
    this.retryAfterMs = retryAfterMs;
  }
}
