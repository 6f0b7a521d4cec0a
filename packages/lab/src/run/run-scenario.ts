import type { Random } from "@headway/core";
import { Caller } from "../agents/caller.ts";
import { dataFolder } from "../agents/data-folder.ts";
import { startFleet } from "../agents/fleet.ts";
import type { Observer } from "../agents/observer.ts";
import { processesOf } from "../agents/processes.ts";
import { createServerCalls } from "../agents/server-calls.ts";
import { createPlant } from "../plant/create-plant.ts";
import type { Plant } from "../plant/plant.ts";
import { guardOf, obeys } from "../policies/obedience.ts";
import type { CoordinatorAccount, Policy } from "../policies/policy.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { EventQueue } from "../simulation/event-queue.ts";
import { randomStream } from "../simulation/random.ts";
import { conservationOf } from "./conservation.ts";
import { Measurement } from "./measurement.ts";
import type { RunOutcome } from "./outcome.ts";
import { PairedObserver } from "./paired-observer.ts";

export interface RunOptions {
  /** Where arrivals of recorded loads are read from. */
  readonly dataFolder?: string;
  /** Looks on besides the measurement. Made anew for each run. */
  readonly observe?: (events: EventQueue) => Observer;
}

const NO_COORDINATOR: CoordinatorAccount = { reports: 0, ticks: 0, deliveries: 0, holdsAtMs: [] };

/** One policy in one scenario under one seed, from start to end. The same three give the same outcome to the byte. */
export function runScenario(
  scenario: Scenario,
  policy: Policy,
  seed: number,
  options: RunOptions = {},
): RunOutcome {
  const events = new EventQueue();
  const random = (purpose: string): Random => randomStream(seed, purpose);
  const processes = processesOf(scenario);
  // Servers call through the guards, guards are made for the plant, the plant holds the servers: the last link is closed late.
  let caller: Caller;
  const plant = createPlant(
    scenario,
    events,
    random,
    createServerCalls(processes, random, () => caller),
  );
  const dependencies = scenario.dependencies.map(({ id, timeoutMs }) => ({ id, timeoutMs }));
  const fleetPolicy = policy.create({
    events,
    random: (purpose) => random(`policy/${purpose}`),
    processes: processes.ids,
    dependencies,
    plant,
    coordination: scenario.coordination,
  });
  const measurement = new Measurement(scenario, events);
  const { observe } = options;
  const observer = observe ? new PairedObserver(measurement, observe(events)) : measurement;
  const { disobeying } = scenario.coordination;
  const guards = processes.ids.map((_, process) =>
    guardOf(policy, fleetPolicy.guardOf(process), obeys(process, disobeying)),
  );
  caller = new Caller({ events, plant, dependencies, guards, observer });
  const fleet = startFleet({
    scenario,
    processes,
    caller,
    random,
    dataFolder: options.dataFolder ?? dataFolder(),
  });
  events.runUntil(1_000 * scenario.durationS);
  const { holdsAtMs, ...coordinator } = fleetPolicy.account?.() ?? NO_COORDINATOR;
  const conservation = conservationOf(measurement, fleet, caller, plant);
  return {
    scenario: scenario.name,
    policy: policy.name,
    seed,
    measures: measurement.measures({
      amplification: caller.calls === 0 ? 0 : conservation.attempts.went / caller.calls,
      lockouts: lockoutsOf(plant),
      holdsAtMs,
    }),
    series: measurement.series,
    conservation,
    cost: { events: events.processed, ...coordinator },
  };
}

function lockoutsOf({ dependencies }: Plant): number {
  let lockouts = 0;
  for (const { counts } of dependencies.values()) lockouts += counts.lockouts;
  return lockouts;
}
