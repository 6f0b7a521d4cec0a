import type { Priority } from "@headway/core/signals";

/** What one run of one policy under one seed came to. Plain data: it crosses threads and goes into files. */
export interface RunOutcome {
  readonly scenario: string;
  readonly policy: string;
  readonly seed: number;
  readonly measures: Measures;
  /** Per second of the run. */
  readonly series: Series;
  readonly conservation: Conservation;
  readonly cost: Cost;
}

export interface Measures {
  /** Workflows done in time a second, by when they were done: in the measured span, in the minute after, in the minute before. */
  readonly goodput: number;
  readonly goodputAfter: number;
  readonly goodputBefore: number;
  /**
   * Of the attempts that went out in the measured span or the minute after: the share that did not give their call its good answer.
   * One made by a dependency for an attempt that it serves is of use only if that one was. So an answer to a call that its caller had
   * given up is waste, and so is every throttle; a good answer to a workflow that fails later is not.
   */
  readonly wastedShare: number;
  readonly wasted: number;
  readonly attempts: number;
  /** The same share over the whole run. */
  readonly wastedShareRun: number;
  /** Attempts to a call, over the whole run. */
  readonly amplification: number;
  /** Of the critical workflows (priority 1) that started in the span or 30 s after it. 1 where there are none. */
  readonly criticalOk: number;
  /** Seconds, of the same; a failure counts as the deadline. `p99S` is that of all priorities. 0 where there are none. */
  readonly criticalP50S: number;
  readonly criticalP99S: number;
  readonly p99S: number;
  /**
   * Seconds from the span's end to the first from which on 20 s long every window of 10 s has 95 % of the offered; Infinity: never.
   * Offered are those that came a usual workflow's duration earlier.
   */
  readonly recoveryS: number;
  /** Workflows that ended without success or were not done at the end of the run, by priority. */
  readonly failed: Readonly<Record<Priority, number>>;
  /** Decisions to hold, defer or shed made while no fault was on and none had been for a minute. */
  readonly falseHolds: number;
  /** Tries that waited at a guard more than 5 ms or were refused, while no fault was on and none had been for a minute. */
  readonly heldHealthy: number;
  readonly lockouts: number;
}

export interface Series {
  readonly offered: readonly number[];
  readonly good: readonly number[];
  readonly goodCritical: readonly number[];
  readonly attempts: readonly number[];
  readonly inFlight: readonly number[];
  readonly waiting: readonly number[];
}

/** Every workflow and attempt is somewhere: checked after each run. */
export interface Conservation {
  readonly workflows: {
    readonly started: number;
    readonly ok: number;
    /** Ended by their deadline. */
    readonly late: number;
    /** Gave up before it. */
    readonly failed: number;
    readonly open: number;
  };
  readonly attempts: {
    readonly asked: number;
    readonly went: number;
    readonly refused: number;
    readonly withdrawn: number;
    readonly waiting: number;
    readonly ended: number;
    readonly inFlight: number;
  };
}

export interface Cost {
  readonly events: number;
  /** The coordinator's work: messages it took, evaluations, messages it sent. */
  readonly reports: number;
  readonly ticks: number;
  readonly deliveries: number;
}
