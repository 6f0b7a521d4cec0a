/** Bounds of one recorder. What is over a bound is counted, merged into an overflow point or given up on: never kept. */
export interface RecorderLimits {
  /** Spans and hook runs tracked at once; the one idle the longest gives way. Runs by themselves have as much room again. */
  readonly openSpans: number;
  /** A span that neither ended nor got a child for this long is given up on. */
  readonly idleMs: number;
  readonly dependencies: number;
  /** Agents that a dependency's attempts are told apart by, in one window. */
  readonly agentsPerDependency: number;
  /** Operations that a dependency's own time is told apart by, in one window. */
  readonly operationsPerDependency: number;
  /** Calling dependencies that the gaps to a dependency are told apart by, in one window. */
  readonly callersPerDependency: number;
  /** Pairs (edges, transitions, fan-outs), workflow classes and repetitions, each, in one window. */
  readonly pairs: number;
  /** Traces whose order of calls is remembered. */
  readonly traces: number;
  /** Children that wait for one span to say what it is. */
  readonly undecidedPerSpan: number;
  /** Failed attempts that may still be retried, below one parent. */
  readonly failuresPerParent: number;
  /** A failed call is reported after this long even if it may still be retried. A retry that comes later is no new call. */
  readonly callHoldMs: number;
  /** What starts later than this after a failure is a new call. */
  readonly retryGapMsMax: number;
}

export const RECORDER_LIMITS: RecorderLimits = {
  openSpans: 10_000,
  idleMs: 600_000,
  dependencies: 1_000,
  agentsPerDependency: 256,
  operationsPerDependency: 64,
  callersPerDependency: 64,
  pairs: 4_000,
  traces: 10_000,
  undecidedPerSpan: 64,
  failuresPerParent: 64,
  callHoldMs: 10_000,
  retryGapMsMax: 300_000,
};
