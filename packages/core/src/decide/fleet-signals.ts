import type { SignalPoint, SignalReport } from "../signals/report.ts";
import { DependencySignals } from "./dependency-signals.ts";
import { GaugeBuilder } from "./instance-gauges.ts";
import { WindowHistories } from "./window-history.ts";

export interface FleetSignalsOptions {
  readonly dependenciesMax: number;
  readonly agentsMax: number;
  readonly historyMs: number;
  readonly historyWindowsMax: number;
}

const GAUGES: ReadonlySet<SignalPoint["signal"]> = new Set([
  "headway.attempt.active",
  "headway.attempt.active.age",
  "headway.call.waiting",
  "headway.lease.held",
]);

/**
 * Takes the processes' reports in, per dependency. Records only: nothing is decided before the tick.
 *
 * Absence is zero: a gauge that a process' last report had and its new one has not is taken away.
 */
export class FleetSignals {
  readonly #options: FleetSignalsOptions;
  readonly #histories: WindowHistories;
  readonly #dependencies = new Map<string, DependencySignals>();
  /** Per process, the dependencies that its last report had a gauge for. */
  readonly #gaugedBy = new Map<string, ReadonlySet<string>>();
  /** Dependencies reported of since the last `takeTouched`. */
  #touched = new Set<string>();
  /** Points of dependencies that did not fit any more. */
  refused = 0;
  #overflowedForgotten = 0;

  constructor(options: FleetSignalsOptions) {
    this.#options = options;
    const { historyMs, historyWindowsMax: windowsMax } = options;
    this.#histories = new WindowHistories({ historyMs, windowsMax });
  }

  get size(): number {
    return this.#dependencies.size;
  }

  /** How often an agent's name did not fit. */
  get agentsOverflowed(): number {
    const parts = [...this.#dependencies.values()].map(({ agentsOverflowed }) => agentsOverflowed);
    return parts.reduce((sum, count) => sum + count, this.#overflowedForgotten);
  }

  record({ instance, windowMs, points }: SignalReport, nowMs: number): void {
    const gauges = new Map<string, GaugeBuilder>();
    for (const point of points) {
      const { from } = point.attributes;
      // What a dependency's calls called is told of what was called. An agent, who is called by nobody, is none.
      if (from !== undefined) this.#dependencies.get(from)?.recordMade(point);
      const dependency = point.attributes.dependency ?? point.attributes.to;
      const signals = dependency === undefined ? undefined : this.open(dependency, nowMs);
      if (!signals || dependency === undefined) continue;
      this.#touched.add(dependency);
      if (!GAUGES.has(point.signal)) signals.record(point, nowMs);
      else builderOf(gauges, dependency).record(point);
    }
    this.#setGauges(instance, gauges, windowMs, nowMs);
  }

  /** The dependency's signals, made on first sight; `undefined` where the limit is reached. */
  open(dependency: string, nowMs: number): DependencySignals | undefined {
    const known = this.#dependencies.get(dependency);
    if (known) return known;
    if (this.#dependencies.size >= this.#options.dependenciesMax) {
      this.refused += 1;
      return undefined;
    }
    const signals = new DependencySignals(
      dependency,
      { agentsMax: this.#options.agentsMax, histories: this.#histories },
      nowMs,
    );
    this.#dependencies.set(dependency, signals);
    return signals;
  }

  takeTouched(): ReadonlySet<string> {
    const touched = this.#touched;
    this.#touched = new Set();
    return touched;
  }

  forget(dependency: string): void {
    this.#overflowedForgotten += this.#dependencies.get(dependency)?.agentsOverflowed ?? 0;
    this.#dependencies.delete(dependency);
    this.#touched.delete(dependency);
  }

  forgetInstance(instance: string): void {
    for (const dependency of this.#gaugedBy.get(instance) ?? []) this.#touch(dependency);
    this.#gaugedBy.delete(instance);
  }

  /** A process may outlive what is known of a dependency: its silence about it must not make it known again. */
  #touch(dependency: string): void {
    if (this.#dependencies.has(dependency)) this.#touched.add(dependency);
  }

  #setGauges(
    instance: string,
    gauges: ReadonlyMap<string, GaugeBuilder>,
    windowMs: number,
    nowMs: number,
  ): void {
    for (const dependency of this.#gaugedBy.get(instance) ?? []) {
      if (gauges.has(dependency)) continue;
      this.#dependencies.get(dependency)?.gauges.delete(instance);
      this.#touch(dependency);
    }
    for (const [dependency, builder] of gauges) {
      this.#dependencies.get(dependency)?.gauges.set(instance, builder.build(windowMs, nowMs));
    }
    if (gauges.size > 0) this.#gaugedBy.set(instance, new Set(gauges.keys()));
    else this.#gaugedBy.delete(instance);
  }
}

function builderOf(builders: Map<string, GaugeBuilder>, dependency: string): GaugeBuilder {
  let builder = builders.get(dependency);
  if (!builder) builders.set(dependency, (builder = new GaugeBuilder()));
  return builder;
}
