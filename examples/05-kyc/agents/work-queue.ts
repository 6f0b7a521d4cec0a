import type { Workflow } from "./workflow.ts";

/** Workflows that wait for an agent of this process: the most urgent first, then the oldest. Those put back wait for their time. */
export class WorkQueue {
  readonly #waiting: Workflow[] = [];

  add(workflow: Workflow): void {
    this.#waiting.push(workflow);
    this.#waiting.sort(
      (a, b) =>
        a.planned.priority - b.planned.priority || a.planned.arrivedMs - b.planned.arrivedMs,
    );
  }

  take(nowMs: number): Workflow | undefined {
    const index = this.#waiting.findIndex((workflow) => workflow.notBeforeMs <= nowMs);
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
  }

  /** Takes out what can no longer be done in time. */
  takeExpired(nowMs: number): readonly Workflow[] {
    const expired = this.#waiting.filter((workflow) => workflow.planned.deadlineMs <= nowMs);
    for (const workflow of expired) this.#waiting.splice(this.#waiting.indexOf(workflow), 1);
    return expired;
  }

  takeAll(): readonly Workflow[] {
    return this.#waiting.splice(0);
  }

  postponed(nowMs: number): number {
    return this.#waiting.filter((workflow) => workflow.notBeforeMs > nowMs).length;
  }

  get length(): number {
    return this.#waiting.length;
  }
}
