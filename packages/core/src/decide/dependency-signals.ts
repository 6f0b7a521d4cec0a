import type { DependencyWindow } from "../detect/dependency-window.ts";
import { mergeHistograms, quantileOf } from "../signals/histogram.ts";
import type { HistogramData } from "../signals/histogram.ts";
import type { SignalPoint } from "../signals/report.ts";
import type { DependencyView, LatencyView, WindowSpan, WindowView } from "./engine-types.ts";
import { FleetWindow } from "./fleet-window.ts";
import { InstanceGauges } from "./instance-gauges.ts";
import type { GaugeTotals } from "./instance-gauges.ts";
import { mergeFlows, sumOutcomes } from "./merge-flows.ts";
import type { Flow } from "./merge-flows.ts";
import type { WindowHistories, WindowHistory } from "./window-history.ts";

/** What flowed since the last tick, with the gauges as they stand. Control follows these, however short they are. */
export interface TickSample {
  readonly nowMs: number;
  /** Since the last tick. */
  readonly elapsedMs: number;
  readonly flow: Flow;
  readonly gauges: GaugeTotals;
}

interface RecentWindow {
  readonly window: Pick<
    DependencyWindow,
    | "endMs"
    | "windowMs"
    | "calls"
    | "attempts"
    | "retries"
    | "outcomes"
    | "latency"
    | "agentAttempts"
  >;
}

/** `dependencies()` speaks of the last ten seconds: short enough to be now, long enough for a share to mean something. */
const RECENT_MS = 10_000;
/** Detectors are told of whole seconds; ticks of 1 s jitter by a few milliseconds. */
const WINDOW_MS_MIN = 950;
const FIRST_MS = 1_000;
/** After a pause nothing is known of what lies between: a window is never longer than this. */
const WINDOW_MS_MAX = 10_000;

/** Everything measured about one dependency: the open window, the gauges, the last ten seconds, the history. */
export class DependencySignals {
  readonly gauges = new InstanceGauges();
  readonly totals = { calls: 0, attempts: 0, retries: 0 };
  readonly #dependency: string;
  readonly #open: FleetWindow;
  #parts: Flow[] = [];
  #partsFromMs: number;
  #tickedMs: number;
  #recent: RecentWindow[] = [];
  readonly #history: WindowHistory;
  #last: WindowView | undefined;
  #totals: GaugeTotals | undefined;
  /** When something was last reported that was not zero. */
  heardMs: number;

  constructor(
    dependency: string,
    options: { agentsMax: number; histories: WindowHistories },
    nowMs: number,
  ) {
    this.#dependency = dependency;
    this.#history = options.histories.open();
    this.#open = new FleetWindow(options.agentsMax);
    // The first report is of the second before it.
    this.#partsFromMs = nowMs - FIRST_MS;
    this.#tickedMs = nowMs - FIRST_MS;
    this.heardMs = nowMs;
  }

  get agentsOverflowed(): number {
    return this.#open.overflowed;
  }

  record(point: SignalPoint, nowMs: number): void {
    this.#open.record(point);
    this.heardMs = nowMs;
  }

  /** What is told of another dependency, and of this one's calls to it. */
  recordMade(point: SignalPoint): void {
    this.#open.recordMade(point);
  }

  /** Closes what was open since the last tick. */
  sample(nowMs: number): TickSample {
    this.gauges.expire(nowMs);
    const flow = this.#open.take();
    const elapsedMs = Math.min(Math.max(nowMs - this.#tickedMs, 1), WINDOW_MS_MAX);
    this.#tickedMs = nowMs;
    this.#parts.push(flow);
    this.totals.calls += flow.calls;
    this.totals.attempts += flow.attempts;
    this.totals.retries += flow.retries;
    const gauges = this.gauges.totals();
    this.#totals = gauges;
    return { nowMs, elapsedMs, flow, gauges };
  }

  /** The second that ends with this sample, for the detectors; `undefined` while it is not over. */
  window({ nowMs, gauges }: TickSample): DependencyWindow | undefined {
    const windowMs = nowMs - this.#partsFromMs;
    const [first, ...rest] = this.#parts;
    if (windowMs < WINDOW_MS_MIN || !first) return undefined;
    this.#parts = [];
    this.#partsFromMs = nowMs;
    return {
      dependency: this.#dependency,
      endMs: nowMs,
      windowMs: Math.min(windowMs, WINDOW_MS_MAX),
      ...mergeFlows([first, ...rest]),
      inFlight: gauges.inFlight,
      ages: gauges.ages,
      waiting: gauges.waiting,
      instances: gauges.instances,
    };
  }

  /** Keeps what `view` and `history` show of a window. */
  keep(window: DependencyWindow, bound: number | null): void {
    const { endMs, windowMs, calls, attempts, retries, outcomes, latency, agentAttempts } = window;
    this.#recent = this.#recent.filter((recent) => recent.window.endMs > endMs - RECENT_MS);
    this.#recent.push({
      window: { endMs, windowMs, calls, attempts, retries, outcomes, latency, agentAttempts },
    });
    const { inFlight, waiting, instances } = window;
    this.#last = {
      endMs,
      windowMs,
      calls,
      attempts,
      retries,
      outcomes,
      inFlight,
      waiting,
      instances,
      bound,
      agents: agentAttempts.size,
      latencyMs: latency ? latencyView(latency) : null,
    };
    if (attempts + calls + inFlight + waiting > 0) this.#history.keep(this.#last);
  }

  /** The last window, as it was kept. */
  get last(): WindowView | undefined {
    return this.#last;
  }

  /** The gauges as they stood at the last tick. */
  get tickTotals(): GaugeTotals | undefined {
    return this.#totals;
  }

  history(nowMs: number, span?: WindowSpan): readonly WindowView[] {
    return this.#history.since(nowMs, span);
  }

  view(nowMs: number): DependencyView["signals"] {
    const windows = this.#recent
      .map(({ window }) => window)
      .filter(({ endMs }) => endMs > nowMs - RECENT_MS);
    const seconds =
      Math.max(
        windows.reduce((total, { windowMs }) => total + windowMs, 0),
        1_000,
      ) / 1_000;
    const sum = (of: "calls" | "attempts" | "retries"): number =>
      windows.reduce((total, window) => total + window[of], 0);
    const outcomes = sumOutcomes(windows.map((window) => window.outcomes));
    const [calls, attempts, retries] = [sum("calls"), sum("attempts"), sum("retries")];
    const share = (count: number): number => (attempts > 0 ? count / attempts : 0);
    return {
      windowMs: RECENT_MS,
      callsPerSecond: calls / seconds,
      attemptsPerSecond: attempts / seconds,
      // While calls hang and only attempts end, the ratio has no denominator yet: each attempt stands for a call at least.
      amplification: calls > 0 ? Math.max(1, attempts / calls) : 1,
      errorShare: share(outcomes.error + outcomes.timeout),
      throttledShare: share(outcomes.throttled),
      retryShare: share(retries),
      inFlight: this.gauges.totals().inFlight,
      agents: new Set(windows.flatMap(({ agentAttempts }) => [...agentAttempts.keys()])).size,
      latencyMs: recentLatency(windows.flatMap(({ latency }) => latency ?? [])),
      totals: { ...this.totals },
    };
  }

  /** Frees what only matters while there is traffic. */
  rest(): void {
    this.#recent = [];
    this.#last = undefined;
    this.#totals = undefined;
  }
}

function recentLatency(parts: readonly HistogramData[]): LatencyView {
  const whole = mergeHistograms(parts);
  return whole ? latencyView(whole) : { p50: 0, p95: 0, p99: 0 };
}

function latencyView(seconds: HistogramData): LatencyView {
  return {
    p50: quantileOf(seconds, 0.5) * 1_000,
    p95: quantileOf(seconds, 0.95) * 1_000,
    p99: quantileOf(seconds, 0.99) * 1_000,
  };
}
