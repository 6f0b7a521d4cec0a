import type { HeadwayPolicyOptions } from "../headway/headway-policy.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { RunOutcome } from "./outcome.ts";
import { policyNamed } from "./policy-named.ts";
import { runScenario } from "./run-scenario.ts";

/** One run, as plain data that can cross to a thread. */
export interface RunJob {
  readonly scenario: Scenario;
  /** By its name. */
  readonly policy: string;
  readonly seed: number;
  /** A variant of Headway: data only. Its `name` is the policy's in the outcome. */
  readonly headway?: HeadwayPolicyOptions;
  readonly dataFolder?: string;
}

export function runJob({ scenario, policy, seed, headway, dataFolder }: RunJob): RunOutcome {
  return runScenario(
    scenario,
    policyNamed(policy, scenario, headway),
    seed,
    dataFolder === undefined ? {} : { dataFolder },
  );
}
