import type { Priority } from "../signals/priority.ts";

export type Mode = "observe" | "advise" | "enforce";

export type Action = "proceed" | "shape" | "defer" | "hold" | "shed";

export interface Scope {
  readonly tenant: string;
  readonly dependency: string;
  /** Absent: every agent. */
  readonly agent?: string;
  readonly priority: { readonly from: Priority; readonly to: Priority };
}

/** Limits over the whole fleet; a lease is one process' share of them. An absent field does not limit. */
export interface Shape {
  /** Attempts in flight. */
  readonly concurrency?: number;
  readonly ratePerSecond?: number;
  /** Calls that one parent may have open at once. */
  readonly fanOut?: number;
  /** Retries a call may still make. */
  readonly retries?: number;
}

export interface DecisionReason {
  /** A detection's kind, or `standing_bound`, `override`, `limit`, `probing`, `ramp`. */
  readonly code: string;
  /** One sentence that a person on call understands. */
  readonly summary: string;
  /** Ids of the detections behind it. */
  readonly detections: readonly string[];
}

/** What to do in a scope until `expiresAtMs`. Times are the engine's own clock, told to it by its shell. */
export interface Decision {
  readonly id: string;
  /** Grows with every change the engine makes; a client that holds version n has seen all up to n. */
  readonly version: number;
  readonly mode: Mode;
  readonly scope: Scope;
  readonly action: Action;
  /** Only with `shape`. */
  readonly shape?: Shape;
  /** Only with `defer` and `hold`: nobody goes before; each waits a random part of `spreadMs` longer. */
  readonly notBeforeMs?: number;
  readonly spreadMs?: number;
  readonly reason: DecisionReason;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  readonly policyVersion: string;
}

/** One process' share of a fleet-wide allowance. */
export interface Lease {
  readonly dependency: string;
  /** Attempts this process may have in flight. */
  readonly amount: number;
  /** Attempts this process may start in a second; absent where the rate is not limited. */
  readonly ratePerSecond?: number;
  /** This process was elected to probe: it may send one attempt although the dependency is held. */
  readonly probe: boolean;
  readonly expiresAtMs: number;
  /** From here on the holder asks for a new one. */
  readonly refreshAfterMs: number;
  /** What the holder may use when the lease has run out and the service is silent. */
  readonly safe: number;
}

/** A question of one caller, before one attempt. */
export interface Consult {
  readonly dependency: string;
  readonly priority?: Priority;
  readonly agent?: string;
  readonly workflow?: string;
  /** 1 for the first attempt of a call. */
  readonly attempt?: number;
  /** Time the caller has left. */
  readonly deadlineMs?: number;
}

/** The decision's action for this caller, now. */
export interface Verdict {
  readonly action: Action;
  /** 0 where the caller may go. */
  readonly retryAfterMs: number;
  readonly decisionId: string | null;
  readonly mode: Mode;
  readonly reason: DecisionReason | null;
  readonly shape?: Shape;
}

/** The operator's hand. Wins over every decision; kept across restarts; lives 24 h at most. */
export interface Override {
  readonly dependency: string;
  readonly action: "hold" | "proceed" | "limit";
  /** Only with `limit`. */
  readonly shape?: Shape;
  readonly priority: { readonly from: Priority; readonly to: Priority };
  readonly untilMs: number;
  readonly why: string;
  /** Who: the token's name. */
  readonly by: string;
}
