import type {
  AdmissionRecord,
  AgentMessage,
  AttemptRecord,
  HoldRecord,
  ProviderMessage,
  ToRun,
  Variant,
  WorkflowRecord,
} from "../messages.ts";
import { planArrivals } from "../agents/arrivals.ts";
import type { PlannedWorkflow } from "../agents/arrivals.ts";
import type { Scenario } from "../scenario.ts";

/** All that happened in one run of one variant. */
export interface RunRecord {
  readonly variant: Variant;
  readonly scenario: Scenario;
  readonly planned: readonly PlannedWorkflow[];
  readonly attempts: readonly AttemptRecord[];
  readonly admissions: readonly AdmissionRecord[];
  readonly holds: readonly HoldRecord[];
  readonly workflows: readonly WorkflowRecord[];
  readonly provider: readonly ProviderMessage[];
  readonly fleet: readonly FleetMoment[];
  readonly decisions: readonly DecisionMoment[];
}

/** Sums over all agent processes at one time. */
export interface FleetMoment {
  readonly atMs: number;
  readonly queued: number;
  readonly postponed: number;
  readonly held: number;
  readonly agentsBusy: number;
}

/** What Headway said of the provider from this time on. */
export interface DecisionMoment {
  readonly atMs: number;
  readonly text: string;
}

/** Collects what the processes tell, and can say at any time how things stand. */
export class RunRecorder {
  readonly #settings: { readonly variant: Variant; readonly scenario: Scenario };
  readonly #planned: readonly PlannedWorkflow[];
  readonly #attempts: AttemptRecord[] = [];
  readonly #admissions: AdmissionRecord[] = [];
  readonly #holds: HoldRecord[] = [];
  readonly #workflows: WorkflowRecord[] = [];
  readonly #provider: ProviderMessage[] = [];
  readonly #fleet: FleetMoment[] = [];
  readonly #decisions: DecisionMoment[] = [];
  readonly #latest = new Map<number, AgentMessage>();

  constructor(settings: { readonly variant: Variant; readonly scenario: Scenario }) {
    this.#settings = settings;
    const { scenario } = settings;
    this.#planned = Array.from({ length: scenario.processes }, (_, process) =>
      planArrivals(scenario, process),
    ).flat();
  }

  get isFinished(): boolean {
    return (
      this.#latest.size === this.#settings.scenario.processes &&
      [...this.#latest.values()].every((message) => message.finished)
    );
  }

  record(message: ToRun): void {
    switch (message.kind) {
      case "ready":
        return;
      case "provider":
        this.#provider.push(message);
        return;
      case "agents":
        this.#attempts.push(...message.attempts);
        this.#admissions.push(...message.admissions);
        this.#holds.push(...message.holds);
        this.#workflows.push(...message.workflows);
        this.#latest.set(message.process, message);
        this.#recordFleet(message.atMs);
    }
  }

  decided(atMs: number, text: string): void {
    if (this.#decisions.at(-1)?.text !== text) this.#decisions.push({ atMs, text });
  }

  take(): RunRecord {
    return {
      ...this.#settings,
      planned: this.#planned,
      attempts: this.#attempts,
      admissions: this.#admissions,
      holds: this.#holds,
      workflows: this.#workflows,
      provider: this.#provider,
      fleet: this.#fleet,
      decisions: this.#decisions,
    };
  }

  #recordFleet(atMs: number): void {
    const messages = [...this.#latest.values()];
    const sum = (part: (message: AgentMessage) => number): number =>
      messages.reduce((total, message) => total + part(message), 0);
    this.#fleet.push({
      atMs,
      queued: sum((message) => message.queued),
      postponed: sum((message) => message.postponed),
      held: sum((message) => message.held),
      agentsBusy: sum((message) => message.agentsBusy),
    });
  }
}
