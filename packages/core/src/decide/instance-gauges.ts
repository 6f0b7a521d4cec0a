import { mergeHistograms } from "../signals/histogram.ts";
import type { HistogramData } from "../signals/histogram.ts";
import { PRIORITIES, PRIORITY_DEFAULT } from "../signals/priority.ts";
import type { Priority } from "../signals/priority.ts";
import type { SignalPoint } from "../signals/report.ts";

/** Attempts or calls by priority; index 0 is priority 1. */
export type ByPriority = readonly [number, number, number, number, number];

/** What one process last said of one dependency: what stood at the end of its window. */
export interface InstanceGauge {
  readonly inFlight: number;
  readonly waiting: ByPriority;
  readonly ages: HistogramData | undefined;
  /** The amount of the lease it held; `undefined` where it reported none. */
  readonly held: number | undefined;
  readonly expiresAtMs: number;
}

export interface GaugeTotals {
  readonly inFlight: number;
  readonly waiting: number;
  readonly waitingByPriority: ByPriority;
  readonly ages: HistogramData | undefined;
  readonly instances: number;
}

/**
 * A process that has not been heard from for three windows no longer counts: it was killed, or cut off. Its attempts
 * may still be at work at the dependency; that error is bounded by what one process had open.
 */
const EXPIRY_WINDOWS = 3;
const EXPIRY_MS_MIN = 3_000;

/** One dependency's gauges, per process. A new report of a process replaces what its last one said. */
export class InstanceGauges {
  readonly #gauges = new Map<string, InstanceGauge>();

  set(instance: string, gauge: InstanceGauge): void {
    this.#gauges.set(instance, gauge);
  }

  delete(instance: string): void {
    this.#gauges.delete(instance);
  }

  get(instance: string): InstanceGauge | undefined {
    return this.#gauges.get(instance);
  }

  entries(): IterableIterator<[string, InstanceGauge]> {
    return this.#gauges.entries();
  }

  get size(): number {
    return this.#gauges.size;
  }

  expire(nowMs: number): void {
    for (const [instance, { expiresAtMs }] of this.#gauges) {
      if (expiresAtMs <= nowMs) this.#gauges.delete(instance);
    }
  }

  totals(): GaugeTotals {
    const waitingByPriority: [number, number, number, number, number] = [0, 0, 0, 0, 0];
    const ages: HistogramData[] = [];
    let inFlight = 0;
    for (const gauge of this.#gauges.values()) {
      inFlight += gauge.inFlight;
      for (const priority of PRIORITIES)
        waitingByPriority[priority - 1]! += gauge.waiting[priority - 1]!;
      if (gauge.ages) ages.push(gauge.ages);
    }
    const waiting = waitingByPriority.reduce((sum, count) => sum + count, 0);
    return {
      inFlight,
      waiting,
      waitingByPriority,
      ages: mergeHistograms(ages),
      instances: this.#gauges.size,
    };
  }
}

/** Collects one report's gauge points for one dependency. */
export class GaugeBuilder {
  #inFlight = 0;
  readonly #waiting: [number, number, number, number, number] = [0, 0, 0, 0, 0];
  #ages: HistogramData | undefined;
  #held: number | undefined;

  record({ signal, attributes, value }: SignalPoint): void {
    if (signal === "headway.attempt.active.age" && typeof value !== "number") this.#ages = value;
    if (typeof value !== "number") return;
    if (signal === "headway.attempt.active") this.#inFlight += value;
    else if (signal === "headway.lease.held") this.#held = value;
    else if (signal === "headway.call.waiting") {
      const priority: Priority = attributes.priority ?? PRIORITY_DEFAULT;
      this.#waiting[priority - 1]! += value;
    }
  }

  build(windowMs: number, nowMs: number): InstanceGauge {
    return {
      inFlight: this.#inFlight,
      waiting: this.#waiting,
      ages: this.#ages,
      held: this.#held,
      expiresAtMs: nowMs + Math.max(EXPIRY_MS_MIN, EXPIRY_WINDOWS * windowMs),
    };
  }
}
