import type { HistogramData } from "../signals/histogram.ts";
import type { Outcome, ThrottleReason } from "../signals/outcome.ts";

/**
 * One dependency over one second, over all processes that report: what every detector is told. Merged from the
 * processes' reports at the tick, so a detector neither knows nor cares how many there are.
 */
export interface DependencyWindow {
  readonly dependency: string;
  /** End of the window on the engine's clock. */
  readonly endMs: number;
  readonly windowMs: number;
  readonly calls: number;
  /** Attempts that ended. */
  readonly attempts: number;
  /** Of those that ended, how many were retries. */
  readonly retries: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Seconds; attempts that ended ok. */
  readonly latency: HistogramData | undefined;
  /** Seconds; attempts that ended otherwise, `refused` left out. */
  readonly latencyFailed: HistogramData | undefined;
  readonly gap: HistogramData | undefined;
  readonly self: HistogramData | undefined;
  readonly retryGap: HistogramData | undefined;
  /** Open at the end of the window, over all processes heard from lately. */
  readonly inFlight: number;
  /** Seconds; ages of those open. */
  readonly ages: HistogramData | undefined;
  /** Held by hooks. */
  readonly waiting: number;
  readonly throttles: Readonly<Record<ThrottleReason, number>>;
  /** Seconds; the longest a throttled answer asked for. */
  readonly retryAfterMax: number | undefined;
  /** By agent; bounded, so a large fleet's tail is under `otel.metric.overflow`. */
  readonly agentAttempts: ReadonlyMap<string, number>;
  readonly agentRetries: ReadonlyMap<string, number>;
  /** The repetitions that agents are in: of each agent the longest with each outcome, with and without a digest. */
  readonly repeats: readonly Repeated[];
  /** Calls below one parent, by the parent (a dependency or an agent). */
  readonly fanOut: ReadonlyMap<string, HistogramData>;
  /** Calls, by the dependency or agent they came from. */
  readonly callsFrom: ReadonlyMap<string, number>;
  /** Calls that this dependency's own calls made in turn, told as they end: none where each was answered at once. Absent: nobody told. */
  readonly callsMade?: number;
  /** Seconds by operation that no call below answers for, the way there included. Absent: operations are not told apart. */
  readonly selfByOperation?: ReadonlyMap<string, HistogramData>;
  /** Seconds on the way of the calls that this dependency's own calls made, by what they called: the caller's side of an edge. */
  readonly gapsMade?: ReadonlyMap<string, HistogramData>;
  /** How many processes' reports are merged here. */
  readonly instances: number;
}

/** An agent calls the dependency again and again, too evenly for chance, with the same outcome each time. */
export interface Repeated {
  readonly agent: string;
  readonly outcome: Outcome;
  /** The arguments were compared too, and were the same. */
  readonly hasDigest: boolean;
  readonly cycles: number;
}
