import type { AttemptRecord, WorkflowRecord } from "../messages.ts";
import { scenario } from "../scenario.ts";
import type { RunRecord } from "./run-record.ts";

/** A run in which nothing happened, to be filled by a test. */
export function runRecord(part: Partial<RunRecord>): RunRecord {
  return {
    variant: "with",
    scenario: scenario({ seed: 1, short: false }),
    planned: [],
    attempts: [],
    admissions: [],
    holds: [],
    workflows: [],
    provider: [],
    fleet: [],
    decisions: [],
    ...part,
  };
}

export function workflow(part: Partial<WorkflowRecord>): WorkflowRecord {
  return {
    id: "0-0",
    process: 0,
    priority: 1,
    arrivedMs: 0,
    deadlineMs: 20_000,
    endedMs: 3_000,
    end: "done",
    cause: undefined,
    calls: 5,
    attempts: 5,
    ...part,
  };
}

export function attempt(part: Partial<AttemptRecord>): AttemptRecord {
  return { startMs: 0, endMs: 500, priority: 1, number: 1, outcome: "ok", ...part };
}
