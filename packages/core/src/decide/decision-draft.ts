import type { Action, DecisionReason, Mode, Scope, Shape } from "./decision.ts";

/** What the controllers want for one scope now; the book gives it an identity, a version and an expiry. */
export interface DecisionDraft {
  readonly scope: Scope;
  readonly action: Action;
  readonly shape?: Shape;
  readonly notBeforeMs?: number;
  readonly spreadMs?: number;
  readonly reason: DecisionReason;
  /** Longest it may live without being renewed. Absent: the book's own. */
  readonly untilMs?: number;
  /** Absent: the policy's. */
  readonly mode?: Mode;
}
