import { createPlant } from "../plant/create-plant.ts";
import { dependencySpec } from "../plant/fixtures/dependency-spec.ts";
import { OpenClients } from "../plant/fixtures/open-clients.ts";
import { EventQueue } from "./event-queue.ts";
import { randomStream } from "./random.ts";

export interface SimulationBench {
  /** Events that happened, by the process's own CPU time; time-outs taken back are work too, but not counted. */
  readonly eventsPerSecond: number;
  readonly events: number;
}

/**
 * A queue, a provider at 90 % of its capacity, and a time-out for every request, most of which are taken back: what any scenario of
 * the lab is made of. Median of the rounds, after warming up. `cpuNs` is the process's own time on the processor.
 */
export function benchSimulation({
  virtualS = 5_000,
  rounds = 5,
  cpuNs,
}: {
  virtualS?: number;
  rounds?: number;
  cpuNs: () => number;
}): SimulationBench {
  const rates: number[] = [];
  let events = 0;
  for (let round = 0; round <= rounds; round += 1) {
    const startNs = cpuNs();
    events = simulate(round, virtualS);
    if (round > 0) rates.push(events / ((cpuNs() - startNs) / 1e9));
  }
  rates.sort((a, b) => a - b);
  return { eventsPerSecond: rates[rates.length >> 1]!, events };
}

function simulate(seed: number, virtualS: number): number {
  const events = new EventQueue();
  const random = (purpose: string) => randomStream(seed, purpose);
  const spec = dependencySpec();
  const plant = createPlant({ dependencies: [spec], faults: [] }, events, random);
  const endMs = virtualS * 1_000;
  const load = { perSecond: 57.6, timeoutMs: spec.timeoutMs, resends: 5, endMs };
  void new OpenClients(load, events, plant.dependencies.get(spec.id)!, random("arrivals"));
  events.runUntil(endMs);
  return events.processed;
}
