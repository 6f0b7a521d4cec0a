import type { Random } from "@headway/core";
import { DependencyGuards } from "./dependency-guards.ts";
import type { Attempt, AttemptEnd, DependencyFacts, Guard, Policy } from "./policy.ts";

/** What one process makes of its calls to one dependency, knowing only what it has seen of it itself. What is left out is as if no rule were there. */
export interface LocalRule {
  /** Whether an attempt may go now. One that may, goes at once; any other is refused. */
  readonly admits?: (attempt: Attempt, nowMs: number) => boolean;
  readonly ended?: (attempt: Attempt, end: AttemptEnd, nowMs: number) => void;
  /** How long to wait before the retry, undefined for none. Left out: the caller's own back-off. */
  readonly retryAfter?: (
    attempt: Attempt,
    end: AttemptEnd,
    backoffMs: number,
    nowMs: number,
  ) => number | undefined;
}

/** What a rule is given: never more than a process could know. */
export interface LocalView {
  readonly facts: DependencyFacts;
  readonly random: Random;
}

export type PolicyName = Pick<Policy, "name" | "title" | "source">;

/** A policy without any coordination: every process judges for itself, each dependency on its own. */
export function localPolicy(name: PolicyName, ruleOf: (view: LocalView) => LocalRule): Policy {
  return {
    ...name,
    kind: "local",
    create({ events, random, dependencies, processes }) {
      const clock = (): number => events.nowMs;
      const guards = processes.map(
        (_, process) =>
          new DependencyGuards(dependencies, (facts) => {
            const purpose = `${name.name}/${process}/${facts.id}`;
            return guardOf(ruleOf({ facts, random: random(purpose) }), clock);
          }),
      );
      return { guardOf: (process) => guards[process]! };
    },
  };
}

function guardOf({ admits, ended, retryAfter }: LocalRule, clock: () => number): Guard {
  return {
    request(attempt, { go, refuse }) {
      if (admits === undefined || admits(attempt, clock())) go();
      else refuse();
    },
    withdraw() {},
    ended(attempt, end) {
      ended?.(attempt, end, clock());
    },
    retryAfter(attempt, end, backoffMs) {
      return retryAfter === undefined ? backoffMs : retryAfter(attempt, end, backoffMs, clock());
    },
  };
}
