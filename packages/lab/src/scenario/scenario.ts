import type { Priority } from "@headway/core/signals";

/** What a scenario file says, read and checked. Times are seconds since the start of the run unless a name says otherwise. */
export interface Scenario {
  /** As on the command line: `a-queue-256`. */
  readonly name: string;
  readonly summary: string;
  readonly durationS: number;
  /** Over which goodput is measured; then a minute after. Usually the first fault's span. */
  readonly measure: { readonly fromS: number; readonly toS: number };
  readonly dependencies: readonly DependencySpec[];
  readonly workloads: readonly WorkloadSpec[];
  readonly faults: readonly FaultSpec[];
  readonly coordination: CoordinationSpec;
}

export interface DependencySpec {
  readonly id: string;
  readonly servers: number;
  readonly service:
    | { readonly kind: "lognormal"; readonly meanMs: number; readonly sigma: number }
    | { readonly kind: "exponential"; readonly meanMs: number }
    /** Drawn from these, evenly. */
    | { readonly kind: "empirical"; readonly samplesMs: readonly number[] };
  /** Requests that may wait for a server. Beyond it they are rejected with a throttle. */
  readonly queue: number;
  /** How long callers wait for an answer. */
  readonly timeoutMs: number;
  /** A request that its caller gave up leaves the queue, and its server stops working on it. */
  readonly cancels: boolean;
  /** Time that a rejection, an error answered at once or a lockout takes. */
  readonly rejectMs: number;
  /** A token bucket before the servers. */
  readonly rateLimit?: {
    readonly perSecond: number;
    readonly burst: number;
    /** Tells when the next token is due. */
    readonly retryAfter: boolean;
  };
  /** A client with more failing requests than this in a minute is answered with errors for `forS`. */
  readonly lockout?: { readonly failuresPerMinute: number; readonly forS: number };
  /** While it serves, it makes these calls, one after the other, and fails if one of them does. */
  readonly calls: readonly {
    readonly dependency: string;
    readonly times: number;
    readonly attempts: number;
  }[];
}

export interface WorkloadSpec {
  readonly name: string;
  readonly processes: number;
  readonly arrivals: ArrivalSpec;
  readonly deadlineS: number;
  /** Shares of the workflows; they add up to 1. */
  readonly priorities: readonly { readonly priority: Priority; readonly share: number }[];
  /** One after the other. */
  readonly steps: readonly StepSpec[];
  readonly retries: RetrySpec;
}

export type ArrivalSpec =
  /** Workflows arrive at random, whatever becomes of those before. */
  | { readonly kind: "poisson"; readonly perSecond: number }
  /** Clients of a production service: bursty, uneven, by day and night; scaled to the mean rate. `startS` is where in the trace. */
  | {
      readonly kind: "servegen";
      readonly model: string;
      readonly perSecond: number;
      readonly startS: number;
    }
  | { readonly kind: "azure"; readonly perSecond: number; readonly startS: number }
  /** So many agents, each starting the next workflow a pause after the last. */
  | { readonly kind: "closed"; readonly agents: number; readonly pauseMs: number };

export type StepSpec =
  | {
      readonly kind: "call";
      readonly dependency: string;
      readonly operation: string;
      /** Called instead, in this order, when the call has failed for good. */
      readonly fallback: readonly string[];
      /** The workflow goes on without its answer. */
      readonly optional: boolean;
    }
  /** All at once; done when all are. */
  | { readonly kind: "all"; readonly steps: readonly StepSpec[] }
  | { readonly kind: "sequence"; readonly steps: readonly StepSpec[] }
  | { readonly kind: "pause"; readonly meanMs: number }
  /** The agent repeats the step: once more while the call fails, or regardless. */
  | {
      readonly kind: "repeat";
      readonly step: StepSpec;
      readonly times: number;
      readonly while: "failing" | "always";
    };

/** Two layers: an SDK's retries inside each of the agent's own. A call makes at most the product of both. */
export interface RetrySpec {
  readonly sdk: LayerSpec;
  readonly agent: LayerSpec;
}

export interface LayerSpec {
  /** 1: no retry. */
  readonly attempts: number;
  readonly backoff: BackoffSpec;
}

export type BackoffSpec =
  | { readonly kind: "none" }
  | { readonly kind: "fixed"; readonly ms: number }
  /** `base * factor^n` up to `max`, times a draw from [1 - jitter, 1]; full jitter is 1. */
  | {
      readonly kind: "exponential";
      readonly baseMs: number;
      readonly factor: number;
      readonly maxMs: number;
      readonly jitter: number;
    };

export type FaultSpec = {
  readonly fromS: number;
  readonly toS: number;
} & (
  | { readonly kind: "slowdown"; readonly dependency: string; readonly factor: number }
  /** Servers left, as a share. */
  | { readonly kind: "capacity"; readonly dependency: string; readonly share: number }
  /** The rate limit is this share of itself. */
  | { readonly kind: "quota"; readonly dependency: string; readonly share: number }
  | { readonly kind: "errors"; readonly dependency: string; readonly share: number }
  /** Service times grow by this share of the usual every minute. */
  | { readonly kind: "ramp"; readonly dependency: string; readonly perMinute: number }
  /** On for half of each period, off for the other: slower by the factor while on. */
  | {
      readonly kind: "flapping";
      readonly dependency: string;
      readonly periodS: number;
      readonly factor: number;
    }
  /** From `fromS` on caches are cold: slower by the factor at first, warm again after so many answers. */
  | {
      readonly kind: "cold";
      readonly dependency: string;
      readonly factor: number;
      readonly answers: number;
    }
  /** This share of the requests, by client, meets a region that is out: errors at once. */
  | { readonly kind: "partial"; readonly dependency: string; readonly share: number }
  /** This share of the requests is never answered. */
  | { readonly kind: "hang"; readonly dependency: string; readonly share: number }
  /** A workload brings so many times its arrivals. */
  | { readonly kind: "spike"; readonly workload: string; readonly factor: number }
);

/** The way from processes to the coordinator and back. Only policies with a coordinator feel it. */
export interface CoordinationSpec {
  /**
   * How old what a decision was made from is when the decision arrives: half of it on the way there, half on the way back. Waiting for
   * the report and for the tick comes on top.
   */
  readonly stalenessMs: number;
  readonly reportIntervalMs: number;
  readonly tickMs: number;
  /** Share of the reports that never arrive. */
  readonly lostReports: number;
  /** Share of the processes that report but obey nothing. */
  readonly disobeying: number;
  /** From then on the coordinator is dead; absent: it lives. */
  readonly deadFromS?: number;
  /** Clocks of processes are off by up to this, either way. */
  readonly clockSkewMs: number;
  /** Signals come from spans in batches that are exported this often, instead of from the hook; 0: from the hook. */
  readonly spanBatchMs: number;
}
