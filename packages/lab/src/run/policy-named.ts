import { HeadwayError } from "@headway/core";
import { createHeadwayPolicy, type HeadwayPolicyOptions } from "../headway/headway-policy.ts";
import { POLICIES, policyByName } from "../policies/all.ts";
import type { Policy } from "../policies/policy.ts";
import { hintOf } from "../scenario/nearest.ts";
import type { Scenario } from "../scenario/scenario.ts";

const HEADWAY = "headway";

/** All that can be named: the rivals, then Headway itself. */
export const POLICY_NAMES: readonly string[] = [...POLICIES.map(({ name }) => name), HEADWAY];

/** Headway coordinates over the path that the scenario describes; the rivals have none. */
export function policyNamed(
  name: string,
  { coordination }: Pick<Scenario, "coordination">,
  options: HeadwayPolicyOptions = {},
): Policy {
  if (name === HEADWAY) return createHeadwayPolicy(coordination, options);
  const policy = policyByName(name);
  if (policy !== undefined) return policy;
  throw new HeadwayError(
    "ERR_COMMAND",
    `The policy must be one of the lab's, got ${JSON.stringify(name)}; ${hintOf(name, POLICY_NAMES)}`,
  );
}
