import type { Decision, EngineChange } from "@headway/core";
import type { IssuedDecision } from "./coordinated.ts";

const HOLDING: readonly Decision["action"][] = ["hold", "defer", "shed"];

/** Which decisions were issued, when. A decision that is only renewed or refined is no new one; one that acts otherwise is. */
export class DecisionLog {
  readonly #issued: IssuedDecision[] = [];
  readonly #standing = new Map<string, Decision["action"]>();

  get issued(): readonly IssuedDecision[] {
    return this.#issued;
  }

  /** When calls began to be held back otherwise than by a shape. */
  get holdsAtMs(): readonly number[] {
    return this.#issued.filter(({ action }) => HOLDING.includes(action)).map(({ atMs }) => atMs);
  }

  note({ decisionsChanged, decisionsEnded }: EngineChange, atMs: number): void {
    for (const { id } of decisionsEnded) this.#standing.delete(id);
    for (const { id, action, scope, reason } of decisionsChanged) {
      if (this.#standing.get(id) === action) continue;
      this.#standing.set(id, action);
      this.#issued.push({
        atMs,
        id,
        dependency: scope.dependency,
        action,
        reason: reason.code,
      });
    }
  }
}
