import type { DependencyWindow } from "@headway/core";
import { ExponentialHistogram } from "@headway/core/signals";
import type { HistogramData, Outcome, SignalPoint, SignalReport } from "@headway/core/signals";

const NO_OUTCOMES: Readonly<Record<Outcome, number>> = {
  ok: 0,
  error: 0,
  throttled: 0,
  timeout: 0,
  cancelled: 0,
  refused: 0,
};

/** `<kind>:<service>/<operation>@<caller>` taken apart; a database has no caller but its own service. */
export interface Called {
  /** `rpc:<service>` or `db:<service>`, what the engine would know the dependency as. */
  readonly dependency: string;
  readonly operation: string;
  readonly caller: string | undefined;
}

export function calledOf(key: string): Called {
  const colon = key.indexOf(":");
  const slash = key.indexOf("/", colon);
  const at = key.lastIndexOf("@");
  if (slash < 0) return { dependency: key, operation: "", caller: undefined };
  const kind = key.startsWith("db:") ? "db" : "rpc";
  return {
    dependency: `${kind}:${key.slice(colon + 1, slash)}`,
    operation: key.slice(slash + 1),
    caller: at > slash ? key.slice(at + 1) : undefined,
  };
}

/** What one second said, once as the callers' spans alone tell it and once with the servers' spans below them. */
export interface SecondReports {
  readonly callers: SignalReport;
  readonly both: SignalReport;
}

/**
 * The windows that one process' reports make, one for each service known so far: what the engine's tick would give its
 * detectors, were this process the whole fleet and its cells told apart by operation and caller. Only what the detectors of
 * slowness and fan-out read is filled.
 */
export class ReportWindows {
  readonly #known = new Set<string>();

  of({ callers, both }: SecondReports, endMs: number): ReadonlyMap<string, DependencyWindow> {
    const drafts = new Map<string, Draft>();
    const draftOf = (dependency: string): Draft => {
      let draft = drafts.get(dependency);
      if (!draft) drafts.set(dependency, (draft = new Draft()));
      return draft;
    };
    for (const point of callers.points) {
      const { dependency, from, to } = point.attributes;
      if (dependency !== undefined)
        draftOf(calledOf(dependency).dependency).record(point, dependency);
      else if (from !== undefined && to !== undefined) {
        const parent = calledOf(from);
        draftOf(calledOf(to).dependency).recordFrom(parent.dependency, point);
        // An agent, who is called by nobody, is no dependency.
        if (parent.operation !== "") draftOf(parent.dependency).recordMade(point);
      }
    }
    for (const { signal, attributes, value } of both.points) {
      if (signal !== "headway.attempt.gap" || typeof value === "number") continue;
      const { dependency, caller } = calledOf(attributes.dependency ?? "");
      draftOf(dependency).recordGap(value);
      const made = `rpc:${caller}`;
      if (drafts.has(made) || this.#known.has(made))
        draftOf(made).recordGapMade(attributes.dependency ?? "", value);
    }
    for (const dependency of drafts.keys()) this.#known.add(dependency);
    return new Map([...this.#known].map((name) => [name, draftOf(name).window(name, endMs)]));
  }
}

class Draft {
  #calls = 0;
  #attempts = 0;
  #inFlight = 0;
  #callsMade = 0;
  readonly #latency = new ExponentialHistogram();
  readonly #ages = new ExponentialHistogram();
  readonly #self = new ExponentialHistogram();
  readonly #gap = new ExponentialHistogram();
  readonly #selfByOperation = new Map<string, HistogramData>();
  readonly #gapsMade = new Map<string, HistogramData>();
  readonly #fanOut = new Map<string, ExponentialHistogram>();
  readonly #callsFrom = new Map<string, number>();

  record({ signal, value }: SignalPoint, operation: string): void {
    if (typeof value === "number") {
      if (signal === "headway.attempt.active") this.#inFlight += value;
    } else if (signal === "headway.attempt.duration") {
      this.#attempts += value.count;
      this.#latency.merge(value);
    } else if (signal === "headway.call.duration") this.#calls += value.count;
    else if (signal === "headway.attempt.active.age") this.#ages.merge(value);
    else if (signal === "headway.attempt.self") {
      this.#self.merge(value);
      this.#selfByOperation.set(operation, value);
    }
  }

  recordFrom(from: string, { signal, value }: SignalPoint): void {
    if (signal === "headway.edge.calls" && typeof value === "number")
      this.#callsFrom.set(from, (this.#callsFrom.get(from) ?? 0) + value);
    if (signal !== "headway.fanout.width" || typeof value === "number") return;
    let widths = this.#fanOut.get(from);
    if (!widths) this.#fanOut.set(from, (widths = new ExponentialHistogram()));
    widths.merge(value);
  }

  recordMade({ signal, value }: SignalPoint): void {
    if (signal === "headway.fanout.width" && typeof value !== "number")
      this.#callsMade += value.sum;
  }

  recordGap(value: HistogramData): void {
    this.#gap.merge(value);
  }

  recordGapMade(operation: string, value: HistogramData): void {
    this.#gapsMade.set(operation, value);
  }

  window(dependency: string, endMs: number): DependencyWindow {
    return {
      dependency,
      endMs,
      windowMs: 1_000,
      calls: this.#calls,
      attempts: this.#attempts,
      retries: 0,
      outcomes: { ...NO_OUTCOMES, ok: this.#attempts },
      latency: dataOf(this.#latency),
      latencyFailed: undefined,
      gap: dataOf(this.#gap),
      self: dataOf(this.#self),
      retryGap: undefined,
      inFlight: this.#inFlight,
      ages: dataOf(this.#ages),
      waiting: 0,
      throttles: { rate: 0, quota: 0, overloaded: 0 },
      retryAfterMax: undefined,
      agentAttempts: new Map(),
      agentRetries: new Map(),
      repeats: [],
      fanOut: new Map([...this.#fanOut].map(([from, widths]) => [from, widths.data()])),
      callsFrom: this.#callsFrom,
      callsMade: this.#callsMade,
      selfByOperation: this.#selfByOperation,
      gapsMade: this.#gapsMade,
      instances: 1,
    };
  }
}

function dataOf(histogram: ExponentialHistogram): HistogramData | undefined {
  return histogram.count > 0 ? histogram.data() : undefined;
}
