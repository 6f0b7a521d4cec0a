import { readScenario } from "../scenario/read-scenario.ts";
import { scenarioPath } from "../scenario/shipped-scenarios.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** The calibration cells, by the names of their files. */
export const CELL_NAMES = [
  "a-queue-256",
  "a-queue-32",
  "a-queue-0",
  "a-agents-400",
  "b-queue-256",
  "b-queue-32",
  "b-queue-0",
  "c-queue-256",
  "c-queue-32",
  "c-queue-0",
  "d-queue-256",
] as const;

export type CellName = (typeof CELL_NAMES)[number];

/**
 * The plant that the published comparisons of local and central control are calibrated on: one provider of 64 answers a second becomes
 * slower for a while, under a fleet that retries in two layers. `settings` stand over the file, as `durationS=120`.
 */
export function cell(name: CellName, settings: readonly string[] = []): Scenario {
  return readScenario(scenarioPath(name), { settings });
}
