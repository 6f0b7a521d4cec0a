import { POLICY_DEFAULT } from "@headway/core";
import type { DependencyPolicy, Policy } from "@headway/core";
import type { DependencyFacts } from "../policies/policy.ts";

export interface EnginePolicyOptions {
  /** The operator's file, as far as it says anything; mode `enforce` where it does not say. */
  readonly policy?: Partial<DependencyPolicy>;
  /** False: the engine learns from time-outs how long callers wait. Default: the operator's file says it. */
  readonly tellsTimeouts?: boolean;
}

/** The operator's file, as one would write it who lets Headway act. */
export function enginePolicy(
  dependencies: readonly DependencyFacts[],
  { policy, tellsTimeouts = true }: EnginePolicyOptions,
): Policy {
  return {
    ...POLICY_DEFAULT,
    version: "lab",
    defaults: { ...POLICY_DEFAULT.defaults, mode: "enforce", ...policy },
    rules: tellsTimeouts
      ? dependencies.map(({ id, timeoutMs }) => ({ dependency: id, policy: { timeoutMs } }))
      : [],
    // For spans: an HTTP client's says which host it called.
    identities: dependencies.map(({ id }) => ({ when: { "server.address": id }, dependency: id })),
  };
}
