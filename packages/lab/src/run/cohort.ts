import type { WorkflowFacts } from "../agents/observer.ts";
import { percentile } from "./percentile.ts";
import { isIn, type Span } from "./span.ts";

/** The workflows that started within a span, and how long they took. One that failed, or is open when the run ends, took until its deadline. */
export class Cohort {
  readonly #span: Span;
  readonly #open = new Set<WorkflowFacts>();
  readonly #seconds: number[] = [];
  #sorted: Float64Array | undefined;
  started = 0;
  ok = 0;

  constructor(span: Span) {
    this.#span = span;
  }

  workflowStarted(workflow: WorkflowFacts): void {
    if (!isIn(this.#span, workflow.startedMs)) return;
    this.started += 1;
    this.#open.add(workflow);
  }

  workflowEnded(workflow: WorkflowFacts, ok: boolean, nowMs: number): void {
    if (!this.#open.delete(workflow)) return;
    if (ok) this.ok += 1;
    this.#seconds.push(ok ? (nowMs - workflow.startedMs) / 1_000 : allowedS(workflow));
  }

  get okShare(): number {
    return this.started === 0 ? 1 : this.ok / this.started;
  }

  /** Once the run is over. 0 where there are none. */
  percentileS(share: number): number {
    if (this.started === 0) return 0;
    this.#sorted ??= Float64Array.from([...this.#seconds, ...[...this.#open].map(allowedS)]).sort();
    return percentile(this.#sorted, share);
  }
}

function allowedS({ startedMs, deadlineMs }: WorkflowFacts): number {
  return (deadlineMs - startedMs) / 1_000;
}
