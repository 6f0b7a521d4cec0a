import type { Decision } from "@headway/core";
import type { Priority } from "@headway/core/signals";
import type { Classification } from "../outcome/classification.ts";

export interface CheckOptions {
  /** 1 critical to 5 background. Default: inherited, else 3. */
  readonly priority?: Priority;
  /** Who calls. Default: inherited, else the process' own. */
  readonly agent?: string;
}

export interface CallOptions extends CheckOptions {
  /** What is called, as `kind:name`: `tool:idp_lookup`. */
  readonly dependency: string;
  /** What is done there, where a dependency does several things. A name of the code, never content. */
  readonly operation?: string;
  /** Id of the unit of work, where there is no trace. Default: inherited. */
  readonly workflow?: string;
  /** Waiting calls of one key take turns with those of other keys. Default: the agent. */
  readonly fairnessKey?: string;
  /** Gives up the wait. What `fn` does with it is `fn`'s own business. */
  readonly signal?: AbortSignal;
  /** Longest wait for the call's turn, in milliseconds. Default: the hook's `waitMs`. */
  readonly waitMs?: number;
  /** Milliseconds that the caller has left. While the dependency is limited, a call that cannot finish in them does not go out. */
  readonly deadlineMs?: number;
  /**
   * The call's arguments. Only looked at with `loopDigest`: digested in this process with a random key that never leaves it, and not
   * kept.
   */
  readonly args?: unknown;
  /** What became of an attempt, where statuses, codes and names of errors do not tell. Undefined: as if it were absent. */
  readonly classify?: (settled: Settled) => Classification | undefined;
}

export type Settled = { readonly value: unknown } | { readonly error: unknown };

/** What to do now. In mode `advise` the action is `proceed`, and `decision` says what it would have been. */
export interface CheckVerdict {
  readonly action: Decision["action"];
  /** 0 where the call may go. */
  readonly retryAfterMs: number;
  readonly decision: Decision | null;
}

export type TryResult<T> =
  | { readonly admitted: true; readonly value: T }
  | {
      readonly admitted: false;
      readonly decision: Decision | null;
      readonly retryAfterMs: number;
    };
