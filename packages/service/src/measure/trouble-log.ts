import type { Detection } from "@headway/core";
import type { Measurement } from "./measurement.ts";

export type DriftRow = Measurement["drifts"][number];

/** A second of a retry storm, as the engine's detector saw it. */
export interface Storm {
  readonly dependency: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

interface Drift {
  readonly dependency: string;
  readonly kind: string;
  readonly fromMs: number;
  readonly firedMs: number;
  toMs: number;
  isOpen: boolean;
  summary: string;
  severity: number;
}

const DRIFTS_MAX = 2_000;
const STORMS_MAX = 5_000;

/** What the engine's detectors said while the spans were played to them: when a dependency drifted, and how retries fed themselves. */
export class TroubleLog {
  readonly storms: Storm[] = [];
  readonly #drifts = new Map<string, Drift>();
  readonly #byDependency = new Map<string, Drift[]>();
  leftOut = 0;

  observe(detections: readonly Detection[], nowMs: number): void {
    for (const detection of detections) {
      if (detection.kind === "retry_storm") this.#storm(detection, nowMs);
      if (detection.kind === "degraded" || detection.kind === "failing")
        this.#drift(detection, nowMs);
    }
  }

  /** Whether a dependency was slower, or failed more, than its usual at any time in between. */
  isTroubled(dependency: string, fromMs: number, toMs: number): boolean {
    const drifts = this.#byDependency.get(dependency);
    return (
      drifts?.some((drift) => {
        const endMs = drift.isOpen ? Number.POSITIVE_INFINITY : drift.toMs;
        return drift.fromMs <= toMs && endMs >= fromMs;
      }) ?? false
    );
  }

  isTroubledEver(dependency: string): boolean {
    return this.isTroubled(dependency, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  }

  /** By time. What is still open ends with the data. */
  rows(endMs: number): readonly DriftRow[] {
    return [...this.#drifts.values()]
      .map(({ dependency, kind, fromMs, firedMs, toMs, isOpen, summary }) => ({
        dependency,
        kind,
        fromMs,
        firedMs,
        toMs: isOpen ? Math.max(fromMs, endMs) : toMs,
        isOpen,
        summary,
      }))
      .toSorted((a, b) => a.fromMs - b.fromMs || (a.dependency < b.dependency ? -1 : 1));
  }

  #drift(detection: Detection, nowMs: number): void {
    const { id, dependency, kind, firedAtMs, startedAtMs, resolvedAtMs, summary } = detection;
    if (firedAtMs === null) return;
    let drift = this.#drifts.get(id);
    if (drift === undefined) {
      if (this.#drifts.size >= DRIFTS_MAX) {
        this.leftOut += 1;
        return;
      }
      drift = {
        dependency,
        kind,
        fromMs: startedAtMs,
        firedMs: firedAtMs,
        toMs: nowMs,
        isOpen: true,
        summary,
        severity: detection.severity,
      };
      this.#drifts.set(id, drift);
      const own = this.#byDependency.get(dependency);
      if (own === undefined) this.#byDependency.set(dependency, [drift]);
      else own.push(drift);
    }
    drift.isOpen = resolvedAtMs === null;
    drift.toMs = resolvedAtMs ?? nowMs;
    // The worst that was seen of it says most.
    if (detection.severity > drift.severity)
      Object.assign(drift, { summary, severity: detection.severity });
  }

  #storm({ dependency, evidence, firedAtMs, startedAtMs }: Detection, nowMs: number): void {
    const { reproduction, reproductionLow, reproductionHigh } = evidence;
    const isKnown =
      typeof reproduction === "number" &&
      typeof reproductionLow === "number" &&
      typeof reproductionHigh === "number";
    if (firedAtMs === null || !isKnown) return;
    if (this.storms.length >= STORMS_MAX) this.storms.shift();
    const [mean, low, high] = [reproduction, reproductionLow, reproductionHigh];
    this.storms.push({ dependency, fromMs: startedAtMs, toMs: nowMs, mean, low, high });
  }
}
