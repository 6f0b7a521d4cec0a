import { horizonMs } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";
import { exponential, seededRandom } from "../seeded-random.ts";
import type { WorkflowPriority } from "../messages.ts";

/** What an identity provider is asked in the course of one case. A workflow takes the first four to six. */
export const CHECKS = [
  "document",
  "liveness",
  "address",
  "sanctions",
  "politically_exposed",
  "company_register",
] as const;

export type Check = (typeof CHECKS)[number];

/** One case as it comes in, before any agent has touched it. */
export interface PlannedWorkflow {
  readonly id: string;
  readonly arrivedMs: number;
  readonly deadlineMs: number;
  readonly priority: WorkflowPriority;
  readonly checks: readonly Check[];
}

const CHECKS_MIN = 4;

/**
 * All that one process will be asked to do, as a Poisson process. The loop is open: cases come at their time whether or not agents are
 * free, as customers do. The plan depends on the seed alone, so both variants meet the same cases.
 */
export function planArrivals(scenario: Scenario, process: number): readonly PlannedWorkflow[] {
  const random = seededRandom(scenario.seed * 1_000 + process + 1);
  const gapMsMean = (1_000 * scenario.processes) / scenario.workflowsPerSecond;
  const planned: PlannedWorkflow[] = [];
  for (
    let atMs = exponential(random, gapMsMean);
    atMs < horizonMs(scenario.phases);
    atMs += exponential(random, gapMsMean)
  ) {
    const isPerson = random() < scenario.personShare;
    const isBackground = random() < 0.5;
    const checkCount = CHECKS_MIN + Math.floor(random() * (CHECKS.length - CHECKS_MIN + 1));
    planned.push({
      id: `${process}-${planned.length}`,
      arrivedMs: atMs,
      deadlineMs: atMs + (isPerson ? scenario.personDeadlineMs : scenario.rescreeningDeadlineMs),
      priority: isPerson ? 1 : isBackground ? 5 : 4,
      checks: CHECKS.slice(0, checkCount),
    });
  }
  return planned;
}
