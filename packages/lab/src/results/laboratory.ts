import type { HeadwayPolicyOptions } from "../headway/headway-policy.ts";
import type { RunOutcome } from "../run/outcome.ts";
import { runMany } from "../run/run-many.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import { scenarioPath } from "../scenario/shipped-scenarios.ts";

/** How much is spent on certainty. */
export interface Budget {
  /** For what a bar is about. */
  readonly seeds: number;
  /** For curves and tables that only show a shape. */
  readonly seedsShape: number;
  /** For each variant of Headway; 0: they do not run. */
  readonly seedsAblation: number;
  /** Numbers of processes that share one load. */
  readonly fleetSizes: readonly number[];
  /** Simulated hours of each fault-free load. */
  readonly healthyHours: number;
  /** Simulated hours and trials of the detection benches. */
  readonly detectionHours: number;
  readonly detectionSeeds: number;
}

export const FULL: Budget = {
  seeds: 8,
  seedsShape: 3,
  seedsAblation: 2,
  fleetSizes: [2, 5, 10, 20, 40, 100, 400, 1_000],
  healthyHours: 4,
  detectionHours: 24,
  detectionSeeds: 15,
};
/** To see that everything still runs, and what holds by far. */
export const SHORT: Budget = {
  seeds: 1,
  seedsShape: 1,
  seedsAblation: 0,
  fleetSizes: [2, 40],
  healthyHours: 0.25,
  detectionHours: 4,
  detectionSeeds: 4,
};

/** A policy, or a variant of Headway under a name of its own. */
export type Contestant = string | (HeadwayPolicyOptions & { readonly name: string });

export interface LaboratoryOptions {
  readonly budget: Budget;
  readonly dataFolder: string;
  readonly threads?: number;
  readonly onProgress?: (line: string) => void;
}

/** Runs what the chapters ask for, each run once however many ask. A scenario is known by its name: a variant has its own. */
export class Laboratory {
  readonly budget: Budget;
  readonly dataFolder: string;
  readonly #options: LaboratoryOptions;
  readonly #outcomes = new Map<string, RunOutcome>();

  constructor(options: LaboratoryOptions) {
    this.#options = options;
    this.budget = options.budget;
    this.dataFolder = options.dataFolder;
  }

  /** A shipped scenario, with settings over it; then its name must be new. */
  scenario(name: string, settings: readonly string[] = [], variant = name): Scenario {
    return { ...readScenario(scenarioPath(name), { settings }), name: variant };
  }

  /** Every contestant in every scenario under seeds 1 to `seeds`. */
  async runs(
    scenarios: readonly Scenario[],
    contestants: readonly Contestant[],
    seeds: number,
  ): Promise<readonly RunOutcome[]> {
    const wanted = scenarios.flatMap((scenario) =>
      contestants.flatMap((contestant) =>
        Array.from({ length: seeds }, (_, at) => ({ scenario, contestant, seed: at + 1 })),
      ),
    );
    const keys = wanted.map(({ scenario, contestant, seed }) =>
      keyOf(scenario.name, nameOf(contestant), seed),
    );
    const missing = wanted.filter((_, at) => !this.#outcomes.has(keys[at]!));
    const jobs = missing.map(({ scenario, contestant, seed }) => ({
      scenario,
      seed,
      dataFolder: this.dataFolder,
      ...(typeof contestant === "string"
        ? { policy: contestant }
        : { policy: "headway", headway: contestant }),
    }));
    const { threads, onProgress } = this.#options;
    const done = await runMany(jobs, {
      ...(threads === undefined ? {} : { threads }),
      onProgress: (count, all) => {
        if (count % 100 === 0 || count === all) onProgress?.(`${count} of ${all} runs`);
      },
    });
    for (const outcome of done)
      this.#outcomes.set(keyOf(outcome.scenario, outcome.policy, outcome.seed), outcome);
    return keys.map((key) => this.#outcomes.get(key)!);
  }
}

function nameOf(contestant: Contestant): string {
  return typeof contestant === "string" ? contestant : contestant.name;
}

function keyOf(scenario: string, policy: string, seed: number): string {
  return `${scenario}\n${policy}\n${seed}`;
}
