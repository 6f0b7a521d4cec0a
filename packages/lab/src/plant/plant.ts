import type { Priority } from "@headway/core/signals";

/** All dependencies of a scenario, by id, and what is wrong with them now. */
export interface Plant {
  readonly dependencies: ReadonlyMap<string, Dependency>;
}

/** One simulated dependency. */
export interface Dependency {
  readonly id: string;
  /**
   * Takes a request. `answer` is called exactly once, unless it was given up where giving up cancels the work; a request that
   * hangs is never answered.
   */
  request(request: ServiceRequest, answer: (answer: Answer) => void): Sent;
  /** Requests in service and in the queue, those given up by their callers included. */
  readonly inService: number;
  readonly queued: number;
  /** Servers that work now. */
  readonly servers: number;
  /** Answers a second that it could give now, all servers busy; faults, rate limits and cold caches included. */
  readonly capacityPerSecond: number;
  /** Mean service time of a request that starts now. */
  readonly serviceMsMean: number;
  /** Of what a service that starts now will take: the share done within `ms`. */
  shareWithin(ms: number): number;
  readonly counts: RequestCounts;
}

/** Since the start of the run: `requests = answered + hung + cancelled + those still open`. */
export interface RequestCounts {
  readonly requests: number;
  readonly answered: number;
  /** Never to be answered. */
  readonly hung: number;
  /** Given up where that ends the work, before their answer. */
  readonly cancelled: number;
  /** Times that a client was locked out. */
  readonly lockouts: number;
}

/** A call that a dependency makes while it serves a request. */
export interface InnerCall {
  readonly dependency: string;
  readonly attempts: number;
}

/**
 * Makes one such call, all its attempts; `done` is said exactly once, at once or later, unless the call was given up. `request` is
 * the very object that the calling dependency was given, so that whoever sent that can know it again.
 */
export type CallDependency = (
  from: string,
  call: InnerCall,
  request: ServiceRequest,
  done: (isOk: boolean) => void,
) => Sent;

export interface ServiceRequest {
  readonly client: number;
  readonly priority: Priority;
  readonly deadlineMs: number;
}

export interface Answer {
  readonly outcome: "ok" | "error" | "throttled";
  readonly retryAfterMs?: number;
}

export interface Sent {
  /** The caller waits no longer. Whether that ends the work is the dependency's nature. */
  giveUp(): void;
}
