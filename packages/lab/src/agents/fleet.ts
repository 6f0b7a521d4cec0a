import type { Random } from "@headway/core";
import type { Priority } from "@headway/core/signals";
import type { Scenario, WorkloadSpec } from "../scenario/scenario.ts";
import type { Caller } from "./caller.ts";
import { startClosedLoop } from "./closed.ts";
import type { Piece } from "./intensity.ts";
import { createOpenArrivals, type OpenArrivalSpec } from "./open-arrivals.ts";
import type { Processes } from "./processes.ts";
import { RetryLayers } from "./retry-layers.ts";
import { spikesOf } from "./spikes.ts";
import { createStep, sequence, type Step, type Workflow } from "./workflow.ts";

export interface FleetOptions {
  readonly scenario: Scenario;
  readonly processes: Processes;
  readonly caller: Caller;
  readonly random: (purpose: string) => Random;
  readonly dataFolder: string;
}

/** Of all workloads, so that a workflow's id names it in the whole run. */
export interface FleetCounts {
  readonly workflows: number;
}

/** Plans the arrivals of every workload: from then on its agents do the rest. */
export function startFleet(options: FleetOptions): FleetCounts {
  const counts = { workflows: 0 };
  for (const workload of options.scenario.workloads)
    new Workload(workload, options, counts).start();
  return counts;
}

class Workload {
  readonly #spec: WorkloadSpec;
  readonly #options: FleetOptions;
  readonly #counts: { workflows: number };
  readonly #steps: Step;
  readonly #firstProcess: number;
  readonly #spikes: readonly Piece[];
  readonly #placement: Random;
  readonly #priorities: Random;
  #begun = 0;

  constructor(spec: WorkloadSpec, options: FleetOptions, counts: { workflows: number }) {
    const { caller, random, processes, scenario } = options;
    this.#spec = spec;
    this.#options = options;
    this.#counts = counts;
    const layers = new RetryLayers(spec.retries, random(`backoff/${spec.name}`));
    this.#steps = sequence(spec.steps.map((step) => createStep(step, { caller, layers })));
    this.#firstProcess = processes.firstOf.get(spec.name)!;
    this.#spikes = spikesOf(scenario.faults, spec.name);
    this.#placement = random(`placement/${spec.name}`);
    this.#priorities = random(`priority/${spec.name}`);
  }

  start(): void {
    const { arrivals } = this.#spec;
    if (arrivals.kind === "closed") this.#startClosed(arrivals);
    else this.#startOpen(arrivals);
  }

  /** The next arrival is planned when one comes: all of them at once would fill the queue of events. */
  #startOpen(arrivals: OpenArrivalSpec): void {
    const { caller, random, dataFolder, scenario } = this.#options;
    const { name, processes } = this.#spec;
    const times = createOpenArrivals(arrivals, {
      spikes: this.#spikes,
      durationS: scenario.durationS,
      dataFolder,
      random: (purpose) => random(`arrivals/${name}/${purpose}`),
    });
    const arrive = (): void => {
      planNext();
      const process = this.#firstProcess + Math.floor(this.#placement() * processes);
      this.#begin(process, this.#options.processes.ids[process]!);
    };
    const planNext = (): void => {
      const atMs = times.next();
      if (atMs < Infinity) caller.events.at(atMs, arrive);
    };
    planNext();
  }

  /** Agents live on processes in turn. */
  #startClosed({ agents, pauseMs }: { readonly agents: number; readonly pauseMs: number }): void {
    const { caller, random, processes } = this.#options;
    startClosedLoop(
      { agents, pauseMs, spikes: this.#spikes },
      caller.events,
      (purpose) => random(`arrivals/${this.#spec.name}/${purpose}`),
      (agent, ended) => {
        const process = this.#firstProcess + (agent % this.#spec.processes);
        this.#begin(process, `${processes.ids[process]!}/${agent}`, ended);
      },
    );
  }

  #begin(process: number, agent: string, ended?: () => void): void {
    const { caller, random } = this.#options;
    const { events, observer } = caller;
    const workflow = this.#createWorkflow(process, agent, events.nowMs, random);
    observer.workflowStarted(workflow);
    this.#steps(workflow, (ok) => {
      observer.workflowEnded(workflow, ok);
      ended?.();
    });
  }

  #createWorkflow(
    process: number,
    agent: string,
    nowMs: number,
    random: (purpose: string) => Random,
  ): Workflow {
    const { name, deadlineS } = this.#spec;
    const number = (this.#begun += 1);
    let own: Random | undefined;
    return {
      id: (this.#counts.workflows += 1),
      workload: name,
      agent,
      process,
      priority: this.#drawPriority(),
      startedMs: nowMs,
      deadlineMs: nowMs + 1_000 * deadlineS,
      random: () => (own ??= random(`workflow/${name}/${number}`)),
    };
  }

  #drawPriority(): Priority {
    const { priorities } = this.#spec;
    let left = this.#priorities();
    for (const { priority, share } of priorities) {
      if (left < share) return priority;
      left -= share;
    }
    return priorities.at(-1)!.priority;
  }
}
