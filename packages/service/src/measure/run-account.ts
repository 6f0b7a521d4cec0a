import type { Workflow } from "@headway/core/signals";
import { AGENT_PART } from "./tail-tally.ts";
import type { Measuring } from "./measuring.ts";
import type { Step, UnitOfWork } from "./unit-of-work.ts";
import { wallTimeOf } from "./wall-time.ts";
import type { EndedRun } from "./workflow-tally.ts";

/** A drift is told of some time after it has begun. */
const SETTLE_MS = 60_000;
const WAITING_MAX = 20_000;

/** Where all of it is counted. */
export type RunPlaces = Pick<
  Measuring,
  "workflows" | "dependencies" | "agents" | "hops" | "tree" | "retries" | "troubles"
>;

/** Closes the account of each unit of work: its wall time goes to the dependencies, agents and retries that it was spent on. */
export class RunAccount {
  readonly #places: RunPlaces;
  readonly #waiting: EndedRun[] = [];
  #next = 0;
  /** Milliseconds, of all units of work. */
  totalMs = 0;
  restMs = 0;

  constructor(places: RunPlaces) {
    this.#places = places;
  }

  ended(workflow: Workflow, unit: UnitOfWork): void {
    const { workflows, agents, hops, tree } = this.#places;
    const { startMs, durationMs } = workflow;
    const endMs = startMs + durationMs;
    const { ofSteps, restMs } = wallTimeOf(unit.steps, startMs, endMs);
    const tally = workflows.of(workflow.workflow);
    unit.cost.agentMs = durationMs;
    tally.ended(workflow, unit);
    agents.of(workflow.agent).cost.agentMs += restMs;
    this.totalMs += durationMs;
    this.restMs += restMs;
    this.#spread(unit.steps, ofSteps);
    hops.add(unit.steps);
    tree.add(workflow.workflow, unit.steps, ofSteps, durationMs);
    for (const name of new Set(unit.steps.map(({ agent }) => agent))) agents.of(name).runs += 1;
    for (const { retryRow } of unit.steps)
      if (retryRow !== undefined) this.#places.retries.workflowOf(retryRow, workflow.workflow);
    this.#wait({ tally, startMs, endMs, ...partsOf(unit.steps, ofSteps, restMs) });
  }

  /** A unit whose root nobody saw: its attempts' own times stand for it. */
  rootless({ steps }: UnitOfWork): void {
    const ofSteps = Float64Array.from(steps, ({ selfMs, gapMs }) => selfMs + gapMs);
    this.totalMs += ofSteps.reduce((sum, ms) => sum + ms, 0);
    this.#spread(steps, ofSteps);
    this.#places.hops.add(steps);
  }

  /** Runs that ended so long ago that a drift in them has been told of by now. */
  settle(nowMs: number): void {
    const waiting = this.#waiting;
    while (this.#next < waiting.length) {
      const run = waiting[this.#next]!;
      const isDue = nowMs - run.endMs >= SETTLE_MS || waiting.length - this.#next > WAITING_MAX;
      if (!isDue) break;
      this.#next += 1;
      this.#settleOne(run);
    }
    if (this.#next < waiting.length / 2) return;
    waiting.splice(0, this.#next);
    this.#next = 0;
  }

  #settleOne(run: EndedRun): void {
    const { troubles } = this.#places;
    let isInDrift = false;
    for (const dependency of run.parts.keys())
      isInDrift ||= troubles.isTroubled(dependency, run.startMs, run.endMs);
    (isInDrift ? run.tally.inDrift : run.tally.outOfDrift).add(run);
  }

  #wait(run: EndedRun): void {
    this.#waiting.push(run);
    if (this.#waiting.length - this.#next > WAITING_MAX) this.settle(Number.NEGATIVE_INFINITY);
  }

  #spread(steps: readonly Step[], ofSteps: Float64Array): void {
    const { dependencies, agents, retries } = this.#places;
    for (const [index, step] of steps.entries()) {
      const ms = ofSteps[index]!;
      const tally = dependencies.of(step.dependency);
      tally.cost.agentMs += ms;
      agents.of(step.agent).cost.agentMs += ms;
      if (step.retryRow !== undefined) retries.costMs[step.retryRow] = ms;
      else if (step.isFailed && !step.isRetry) tally.failedFirstMs += ms;
    }
  }
}

function partsOf(
  steps: readonly Step[],
  ofSteps: Float64Array,
  restMs: number,
): Pick<EndedRun, "parts" | "goodParts"> {
  const parts = new Map<string, number>([[AGENT_PART, restMs]]);
  const goodParts = new Map<string, number>();
  for (const [index, { dependency, isRetry, isFailed }] of steps.entries()) {
    const ms = ofSteps[index]!;
    parts.set(dependency, (parts.get(dependency) ?? 0) + ms);
    if (!isRetry && !isFailed) goodParts.set(dependency, (goodParts.get(dependency) ?? 0) + ms);
  }
  return { parts, goodParts };
}
