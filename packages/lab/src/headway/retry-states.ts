import { RetryBudget } from "@headway/sdk/gate";
import type { NotBefore } from "@headway/sdk/gate";
import type { Attempt } from "../policies/policy.ts";

/** What retrying one dependency may cost, and when it may start again; one for all calls of a process. */
interface RetryState {
  readonly budget: RetryBudget;
  readonly notBefore: NotBefore;
}

/** The retry budgets of one process, and what calls that are being retried have taken from them. */
export class RetryStates {
  readonly #states = new Map<string, RetryState>();
  /** By call: what its last retry took. */
  readonly #paid = new Map<number, number>();

  of(dependency: string): RetryState {
    const known = this.#states.get(dependency);
    if (known !== undefined) return known;
    const state = {
      budget: new RetryBudget(),
      notBefore: { atMs: Number.NEGATIVE_INFINITY },
    };
    this.#states.set(dependency, state);
    return state;
  }

  paid({ call }: Attempt, cost: number): void {
    this.#paid.set(call, cost);
  }

  /** A call that succeeds gives back what its last retry took, or a little where it needed none. */
  ended({ call, dependency }: Attempt, isOk: boolean): void {
    if (isOk) this.of(dependency).budget.succeeded(this.#paid.get(call) ?? 0);
    this.#paid.delete(call);
  }

  gaveUp({ call }: Attempt): void {
    this.#paid.delete(call);
  }
}
