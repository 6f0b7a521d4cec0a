import type { ExponentialHistogram, Workflow } from "@headway/core/signals";
import { CostTally } from "./cost-tally.ts";
import { newLatency } from "./latency-of.ts";
import { TailTally } from "./tail-tally.ts";
import type { UnitOfWork } from "./unit-of-work.ts";

/** A unit of work that has ended, until it can be said whether a dependency of its drifted meanwhile. */
export interface EndedRun {
  readonly tally: WorkflowTally;
  readonly startMs: number;
  readonly endMs: number;
  /** Milliseconds of wall time by dependency. */
  readonly parts: ReadonlyMap<string, number>;
  /** Of those, of first attempts that ended ok. */
  readonly goodParts: ReadonlyMap<string, number>;
}

/** Runs on one side: while a dependency drifted, or not. */
export class RunSide {
  readonly tail = new TailTally();
  readonly latency: ExponentialHistogram = newLatency();
  readonly goodMs = new Map<string, number>();
  runs = 0;

  add({ startMs, endMs, parts, goodParts }: EndedRun): void {
    this.runs += 1;
    this.latency.record(endMs - startMs);
    this.tail.add(endMs - startMs, parts);
    for (const [dependency, ms] of goodParts)
      if (this.goodMs.has(dependency) || this.goodMs.size < DEPENDENCIES_MAX)
        this.goodMs.set(dependency, (this.goodMs.get(dependency) ?? 0) + ms);
  }
}

const DEPENDENCIES_MAX = 256;

/** All that is counted of one class of workflows. */
export class WorkflowTally {
  readonly workflow: string;
  readonly cost = new CostTally();
  readonly latency: ExponentialHistogram = newLatency();
  readonly width: ExponentialHistogram = newLatency();
  readonly inDrift = new RunSide();
  readonly outOfDrift = new RunSide();
  runs = 0;
  calls = 0;
  attempts = 0;
  retries = 0;
  correlated = 0;
  failedRuns = 0;

  constructor(workflow: string) {
    this.workflow = workflow;
  }

  ended({ durationMs }: Workflow, unit: UnitOfWork): void {
    this.runs += 1;
    this.latency.record(durationMs);
    this.width.record(unit.attempts);
    this.calls += unit.calls;
    this.attempts += unit.attempts;
    this.retries += unit.retries;
    if (unit.callsFailed > 0) this.failedRuns += 1;
    this.cost.merge(unit.cost);
  }
}
