import type { Outcome, ThrottleReason } from "./outcome.ts";
import type { Priority } from "./priority.ts";
import type { Usage } from "./usage.ts";

/** One physical try of a call, when it has ended. Times are the recorder's clock. */
export interface Attempt {
  readonly dependency: string;
  readonly operation: string;
  readonly agent: string;
  readonly priority: Priority;
  readonly startMs: number;
  readonly durationMs: number;
  readonly outcome: Outcome;
  readonly throttle: ThrottleReason | undefined;
  readonly isRetry: boolean;
  /** Of an attempt that was told by spans. */
  readonly place?: AttemptPlace;
}

/** What an agent wanted done, when it has ended: its attempts and the pauses between them. */
export interface Call {
  readonly dependency: string;
  readonly operation: string;
  readonly agent: string;
  readonly priority: Priority;
  readonly startMs: number;
  readonly durationMs: number;
  readonly outcome: Outcome;
  readonly place?: Place;
  /** Of a call to a model, where its spans say so. */
  readonly usage?: Usage | undefined;
}

/** Where a call or attempt stands in its unit of work. Numbers are good within one recorder. */
export interface Place {
  readonly traceId: string;
  /** The same for all that lies below one root: a `Workflow` has it too. */
  readonly root: number;
  /** The same for all attempts of one call. */
  readonly call: number;
  /** The call that made it, whatever agents are in between. */
  readonly parentCall: number | undefined;
  /** Who called: the nearest dependency above, else the agent. */
  readonly from: string;
}

export interface AttemptPlace extends Place {
  /** Of a retry: from the failure to its start. */
  readonly retryGapMs: number | undefined;
  /** Of a retry: a span said so, or the failure was of the same parent. Otherwise it is the agent's next try of the same. */
  readonly isRetrySure: boolean;
  /** What no call below it answers for. */
  readonly selfMs: number;
  /** How long its server's span took; undefined where there is none, or it has not ended. */
  readonly servedMs: number | undefined;
  /** A call above had ended badly when it began: nobody waits for what comes of it. */
  readonly isForNobody: boolean;
}

/** A unit of work whose root has ended. */
export interface Workflow {
  readonly workflow: string;
  readonly agent: string;
  readonly traceId: string;
  readonly root: number;
  readonly startMs: number;
  readonly durationMs: number;
  readonly attempts: number;
}

/** A server's span that ended after its client's had. */
export interface Outlived {
  readonly dependency: string;
  readonly agent: string;
  readonly traceId: string;
  readonly outcome: Outcome;
  readonly startMs: number;
  readonly clientMs: number;
  readonly servedMs: number;
}
