import type { IdentityRule } from "../signals/identity-rule.ts";
import type { Priority } from "../signals/priority.ts";
import type { Action, Mode } from "./decision.ts";

/** What the operator allows for one dependency, or for all that match a pattern. Every field has a default. */
export interface DependencyPolicy {
  /** `observe`: signals only. `advise`: decisions are made and recorded, never enforced. `enforce`: the hook obeys. */
  readonly mode: Mode;
  /** Actions that may be chosen. `shed` is absent by default: dropped agent work is lost context. */
  readonly actions: readonly Action[];
  /** Upper bound on the fleet's attempts in flight, whatever is learned. */
  readonly concurrencyMax: number | undefined;
  /** Upper bound on the fleet's attempts per second. */
  readonly ratePerSecondMax: number | undefined;
  /** How long callers wait for an answer before they give up. Learned from time-outs where absent. */
  readonly timeoutMs: number | undefined;
  /** Calls of this priority and more urgent are never held or shed, only shaped. 0 protects none. */
  readonly protectedPriority: Priority | 0;
  /** Calls below one parent span that `map` may have open at once while the dependency is in trouble. */
  readonly fanOutMax: number | undefined;
}

/** The operator's file, parsed. The first rule whose pattern matches wins, field by field, over `defaults`. */
export interface Policy {
  /** `sha256:` of the file, or `default`. Every decision carries it. */
  readonly version: string;
  readonly defaults: DependencyPolicy;
  readonly rules: readonly PolicyRule[];
  /** Attribute rules that name a dependency where the table of the conventions would name another. */
  readonly identities: readonly IdentityRule[];
}

export interface PolicyRule {
  /** A dependency key; `*` stands for any run of characters. */
  readonly dependency: string;
  readonly policy: Partial<DependencyPolicy>;
}

export const POLICY_DEFAULT: Policy = {
  version: "default",
  defaults: {
    mode: "advise",
    actions: ["proceed", "shape", "defer", "hold"],
    concurrencyMax: undefined,
    ratePerSecondMax: undefined,
    timeoutMs: undefined,
    protectedPriority: 1,
    fanOutMax: undefined,
  },
  rules: [],
  identities: [],
};
