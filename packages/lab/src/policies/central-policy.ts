import { DependencyGuards } from "./dependency-guards.ts";
import type { PolicyName } from "./local-policy.ts";
import type { DependencyFacts, Fleet, Guard, Policy } from "./policy.ts";

/**
 * A policy that every call of the fleet passes, at no cost: one guard for each dependency, for all processes alike. Its calls pay
 * nothing for the way there, which no real proxy could promise; the comparison gives it away.
 */
export function centralPolicy(
  {
    kind,
    ...name
  }: PolicyName & Pick<Policy, "isInside"> & { readonly kind: "central" | "oracle" },
  guardOf: (facts: DependencyFacts, fleet: Fleet) => Guard,
): Policy {
  return {
    ...name,
    kind,
    create(fleet) {
      const guards = new DependencyGuards(fleet.dependencies, (facts) => guardOf(facts, fleet));
      return { guardOf: () => guards };
    },
  };
}
