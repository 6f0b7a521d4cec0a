import type { WorkflowEnd } from "../messages.ts";
import type { PlannedWorkflow } from "./arrivals.ts";
import { WorkQueue } from "./work-queue.ts";
import { CaseWork } from "./workflow.ts";
import type { Desk, Workflow, WorkflowResult } from "./workflow.ts";

export interface AgentPoolOptions {
  readonly process: number;
  readonly agents: readonly string[];
  readonly desk: Desk;
}

/**
 * The agents of one process and the work that waits for them. An agent does one case at a time. A case that is put back frees its agent,
 * as in any job queue, so that a case of a waiting person finds one.
 */
export class AgentPool {
  readonly #options: AgentPoolOptions;
  readonly #queue = new WorkQueue();
  readonly #free: string[];
  readonly #underWay = new Set<Workflow>();
  #isStopped = false;

  constructor(options: AgentPoolOptions) {
    this.#options = options;
    this.#free = [...options.agents];
  }

  get busy(): number {
    return this.#underWay.size;
  }

  /** Not ended: waiting, put back or under way. */
  get open(): number {
    return this.#queue.length + this.#underWay.size;
  }

  waiting(): { queued: number; postponed: number } {
    const postponed = this.#queue.postponed(this.#options.desk.elapsedMs());
    return { queued: this.#queue.length - postponed, postponed };
  }

  accept(planned: PlannedWorkflow): void {
    this.#queue.add({ planned, checksDone: 0, calls: 0, attempts: 0, notBeforeMs: 0 });
    this.dispatch();
  }

  /** Ends what can no longer be in time and gives free agents work. Called on every change, and by a timer for what was put back. */
  dispatch(): void {
    if (this.#isStopped) return;
    const nowMs = this.#options.desk.elapsedMs();
    for (const workflow of this.#queue.takeExpired(nowMs))
      this.#end(workflow, "failed", "deadline");
    while (this.#free.length > 0) {
      const workflow = this.#queue.take(nowMs);
      if (workflow === undefined) return;
      void this.#perform(workflow, this.#free.pop()!);
    }
  }

  /** The run is over: what is not done yet is listed as still held. */
  stop(): void {
    this.#isStopped = true;
    for (const workflow of [...this.#queue.takeAll(), ...this.#underWay])
      this.#end(workflow, "held", undefined);
    this.#underWay.clear();
  }

  async #perform(workflow: Workflow, agent: string): Promise<void> {
    this.#underWay.add(workflow);
    const result = await new CaseWork(workflow, agent, this.#options.desk).perform();
    if (this.#isStopped) return;
    this.#underWay.delete(workflow);
    this.#free.push(agent);
    this.#settle(workflow, result);
    this.dispatch();
  }

  #settle(workflow: Workflow, result: WorkflowResult): void {
    switch (result.end) {
      case "done":
        return this.#end(workflow, "done", undefined);
      case "failed":
        return this.#end(workflow, "failed", result.cause);
      case "postponed":
        workflow.notBeforeMs = this.#options.desk.elapsedMs() + result.retryAfterMs;
        return this.#queue.add(workflow);
    }
  }

  #end(workflow: Workflow, end: WorkflowEnd, cause: string | undefined): void {
    const { desk, process } = this.#options;
    const { id, priority, arrivedMs, deadlineMs } = workflow.planned;
    const { calls, attempts } = workflow;
    const endedMs = desk.elapsedMs();
    desk.records.ended({
      id,
      process,
      priority,
      arrivedMs,
      deadlineMs,
      endedMs,
      end,
      cause,
      calls,
      attempts,
    });
  }
}
