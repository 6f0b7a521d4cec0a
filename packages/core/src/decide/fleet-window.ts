import type { Repeated } from "../detect/dependency-window.ts";
import { ExponentialHistogram, mergeHistograms } from "../signals/histogram.ts";
import type { HistogramData } from "../signals/histogram.ts";
import { noOutcomes } from "../signals/outcome.ts";
import type { ThrottleReason } from "../signals/outcome.ts";
import type { SignalPoint } from "../signals/report.ts";
import { repeatKey } from "./merge-flows.ts";
import type { Flow } from "./merge-flows.ts";

/** Where what is over a cardinality limit is counted: OTel's own name for it. */
export const OVERFLOW = "otel.metric.overflow";

/** Operations of one dependency, and dependencies that one's calls call, known by name in one window; further ones are told together. */
const NAMES_MAX = 128;

const noThrottles = (): Record<ThrottleReason, number> => ({ rate: 0, quota: 0, overloaded: 0 });

/** Merges what the processes' reports say of one dependency since the last `take`. Deltas commute: any order gives the same. */
export class FleetWindow {
  readonly #agentsMax: number;
  #counts = { calls: 0, attempts: 0, retries: 0 };
  #outcomes = noOutcomes();
  #throttles = noThrottles();
  #retryAfterMax: number | undefined;
  readonly #histograms = new Map<
    "latency" | "latencyFailed" | "gap" | "retryGap",
    ExponentialHistogram
  >();
  readonly #selfByOperation = new Map<string, ExponentialHistogram>();
  readonly #gapsMade = new Map<string, ExponentialHistogram>();
  #callsMade = 0;
  readonly #fanOut = new Map<string, ExponentialHistogram>();
  #agentAttempts = new Map<string, number>();
  #agentRetries = new Map<string, number>();
  readonly #repeats = new Map<string, Repeated>();
  #callsFrom = new Map<string, number>();
  /** How often a name did not fit and went to the overflow. */
  overflowed = 0;

  constructor(agentsMax: number) {
    this.#agentsMax = agentsMax;
  }

  record({ signal, attributes, value }: SignalPoint): void {
    if (typeof value === "number") this.#recordNumber(signal, attributes, value);
    else this.#recordHistogram(signal, attributes, value);
  }

  /** What another dependency's report says of the calls that this one's own calls made. */
  recordMade({ signal, attributes, value }: SignalPoint): void {
    if (typeof value === "number") return;
    if (signal === "headway.fanout.width") this.#callsMade += value.sum;
    else if (signal === "headway.attempt.gap")
      this.#named(this.#gapsMade, attributes.dependency, NAMES_MAX).merge(value);
  }

  take(): Flow {
    const selfByOperation = dataOf(this.#selfByOperation);
    const flow: Flow = {
      ...this.#counts,
      outcomes: this.#outcomes,
      throttles: this.#throttles,
      retryAfterMax: this.#retryAfterMax,
      latency: this.#histograms.get("latency")?.data(),
      latencyFailed: this.#histograms.get("latencyFailed")?.data(),
      gap: this.#histograms.get("gap")?.data(),
      self: mergeHistograms(selfByOperation.values()),
      retryGap: this.#histograms.get("retryGap")?.data(),
      agentAttempts: this.#agentAttempts,
      agentRetries: this.#agentRetries,
      repeats: [...this.#repeats.values()],
      fanOut: dataOf(this.#fanOut),
      callsFrom: this.#callsFrom,
      callsMade: this.#callsMade,
      selfByOperation,
      gapsMade: dataOf(this.#gapsMade),
    };
    this.#clear();
    return flow;
  }

  #clear(): void {
    this.#counts = { calls: 0, attempts: 0, retries: 0 };
    this.#outcomes = noOutcomes();
    this.#throttles = noThrottles();
    this.#retryAfterMax = undefined;
    this.#histograms.clear();
    this.#selfByOperation.clear();
    this.#gapsMade.clear();
    this.#callsMade = 0;
    this.#fanOut.clear();
    this.#agentAttempts = new Map();
    this.#agentRetries = new Map();
    this.#repeats.clear();
    this.#callsFrom = new Map();
  }

  #recordNumber(
    signal: SignalPoint["signal"],
    attributes: SignalPoint["attributes"],
    value: number,
  ): void {
    const agent = attributes.overflow ? OVERFLOW : (attributes.agent ?? OVERFLOW);
    if (signal === "headway.agent.attempts") this.#add(this.#agentAttempts, agent, value);
    else if (signal === "headway.agent.retries") this.#add(this.#agentRetries, agent, value);
    else if (signal === "headway.repeat.length") this.#recordRepeat(attributes, value);
    else if (signal === "headway.edge.calls")
      this.#add(this.#callsFrom, attributes.from ?? OVERFLOW, value);
    else if (signal === "headway.throttle")
      this.#throttles[throttleReason(attributes.reason)] += value;
    else if (signal === "headway.throttle.retry_after") {
      this.#retryAfterMax = Math.max(this.#retryAfterMax ?? 0, value);
    }
  }

  #recordHistogram(
    signal: SignalPoint["signal"],
    attributes: SignalPoint["attributes"],
    value: HistogramData,
  ): void {
    if (signal === "headway.attempt.duration") this.#recordAttempts(attributes, value);
    else if (signal === "headway.call.duration") this.#recordCalls(attributes, value);
    else if (signal === "headway.attempt.gap") this.#histogram("gap").merge(value);
    else if (signal === "headway.attempt.self") {
      const operation = attributes.overflow ? OVERFLOW : (attributes.operation ?? "");
      this.#named(this.#selfByOperation, operation, NAMES_MAX).merge(value);
    } else if (signal === "headway.retry.gap") this.#histogram("retryGap").merge(value);
    else if (signal === "headway.fanout.width")
      this.#named(this.#fanOut, attributes.from, this.#agentsMax).merge(value);
  }

  /** A call that Headway refused has no attempts: counted, it would hide how much the others are tried. */
  #recordCalls({ outcome }: SignalPoint["attributes"], value: HistogramData): void {
    if (outcome !== "refused") this.#counts.calls += value.count;
  }

  #recordAttempts(
    { outcome = "error", retry }: SignalPoint["attributes"],
    value: HistogramData,
  ): void {
    this.#outcomes[outcome] += value.count;
    // A refused attempt never went out: it is Headway's doing, and no work of the dependency.
    if (outcome === "refused") return;
    this.#counts.attempts += value.count;
    if (retry) this.#counts.retries += value.count;
    this.#histogram(outcome === "ok" ? "latency" : "latencyFailed").merge(value);
  }

  #histogram(name: "latency" | "latencyFailed" | "gap" | "retryGap"): ExponentialHistogram {
    let histogram = this.#histograms.get(name);
    if (!histogram) this.#histograms.set(name, (histogram = new ExponentialHistogram()));
    return histogram;
  }

  #named(
    histograms: Map<string, ExponentialHistogram>,
    wanted: string | undefined,
    max: number,
  ): ExponentialHistogram {
    const name = this.#fits(histograms, wanted ?? OVERFLOW, max);
    let histogram = histograms.get(name);
    if (!histogram) histograms.set(name, (histogram = new ExponentialHistogram()));
    return histogram;
  }

  #add(counts: Map<string, number>, wanted: string, value: number): void {
    const name = this.#fits(counts, wanted, this.#agentsMax);
    counts.set(name, (counts.get(name) ?? 0) + value);
  }

  /** No overflow here: a repetition that nobody is named for says nothing about anybody. */
  #recordRepeat(
    { agent, outcome, digest, overflow }: SignalPoint["attributes"],
    cycles: number,
  ): void {
    if (agent === undefined || outcome === undefined || overflow) return;
    const repeated: Repeated = { agent, outcome, hasDigest: digest === true, cycles };
    const key = repeatKey(repeated);
    const known = this.#repeats.get(key);
    if (known === undefined && this.#repeats.size >= this.#agentsMax) this.overflowed += 1;
    else if (cycles > (known?.cycles ?? 0)) this.#repeats.set(key, repeated);
  }

  #fits(named: ReadonlyMap<string, unknown>, name: string, max: number): string {
    if (named.size < max || named.has(name)) return name;
    this.overflowed += 1;
    return OVERFLOW;
  }
}

function dataOf(
  histograms: ReadonlyMap<string, ExponentialHistogram>,
): ReadonlyMap<string, HistogramData> {
  return new Map([...histograms].map(([name, histogram]) => [name, histogram.data()]));
}

function throttleReason(reason: string | undefined): ThrottleReason {
  return reason === "quota" || reason === "overloaded" ? reason : "rate";
}
