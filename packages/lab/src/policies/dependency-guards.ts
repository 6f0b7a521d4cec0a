import type { Attempt, AttemptEnd, DependencyFacts, Guard, Passage } from "./policy.ts";

/** A guard made of one for each dependency: no rule here lets trouble with one dependency tell on another. */
export class DependencyGuards implements Guard {
  readonly #guards: ReadonlyMap<string, Guard>;

  constructor(
    dependencies: readonly DependencyFacts[],
    guardOf: (facts: DependencyFacts) => Guard,
  ) {
    this.#guards = new Map(dependencies.map((facts) => [facts.id, guardOf(facts)]));
  }

  request(attempt: Attempt, passage: Passage): void {
    this.#guardOf(attempt).request(attempt, passage);
  }

  withdraw(attempt: Attempt): void {
    this.#guardOf(attempt).withdraw(attempt);
  }

  ended(attempt: Attempt, end: AttemptEnd): void {
    this.#guardOf(attempt).ended(attempt, end);
  }

  retryAfter(attempt: Attempt, end: AttemptEnd, backoffMs: number): number | undefined {
    return this.#guardOf(attempt).retryAfter(attempt, end, backoffMs);
  }

  #guardOf({ dependency }: Attempt): Guard {
    const guard = this.#guards.get(dependency);
    if (guard === undefined) throw new Error(`no guard for the dependency ${dependency}`);
    return guard;
  }
}
