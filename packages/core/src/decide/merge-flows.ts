import type { DependencyWindow, Repeated } from "../detect/dependency-window.ts";
import { mergeHistograms } from "../signals/histogram.ts";
import type { HistogramData } from "../signals/histogram.ts";
import { noOutcomes, OUTCOMES } from "../signals/outcome.ts";
import type { Outcome, ThrottleReason } from "../signals/outcome.ts";

/** What flowed in a window, as opposed to what stood at its end: everything but the gauges. */
export type Flow = Omit<
  DependencyWindow,
  "dependency" | "endMs" | "windowMs" | "inFlight" | "ages" | "waiting" | "instances"
>;

const THROTTLES: readonly ThrottleReason[] = ["rate", "quota", "overloaded"];

/** The flow of the whole from the flows of its parts. Ticks come early when a window turns bad; detectors count in seconds. */
export function mergeFlows(parts: readonly [Flow, ...Flow[]]): Flow {
  if (parts.length === 1) return parts[0];
  const retryAfters = parts.flatMap(({ retryAfterMax }) => retryAfterMax ?? []);
  return {
    calls: sum(parts, ({ calls }) => calls),
    attempts: sum(parts, ({ attempts }) => attempts),
    retries: sum(parts, ({ retries }) => retries),
    outcomes: sumOutcomes(parts.map(({ outcomes }) => outcomes)),
    throttles: sumThrottles(parts),
    retryAfterMax: retryAfters.length > 0 ? Math.max(...retryAfters) : undefined,
    latency: histogram(parts, ({ latency }) => latency),
    latencyFailed: histogram(parts, ({ latencyFailed }) => latencyFailed),
    gap: histogram(parts, ({ gap }) => gap),
    self: histogram(parts, ({ self }) => self),
    retryGap: histogram(parts, ({ retryGap }) => retryGap),
    agentAttempts: addCounts(parts.map(({ agentAttempts }) => agentAttempts)),
    agentRetries: addCounts(parts.map(({ agentRetries }) => agentRetries)),
    repeats: mergeRepeats(parts.flatMap(({ repeats }) => repeats)),
    callsFrom: addCounts(parts.map(({ callsFrom }) => callsFrom)),
    fanOut: mergeNamed(parts, ({ fanOut }) => fanOut),
    callsMade: sum(parts, ({ callsMade = 0 }) => callsMade),
    selfByOperation: mergeNamed(parts, ({ selfByOperation }) => selfByOperation),
    gapsMade: mergeNamed(parts, ({ gapsMade }) => gapsMade),
  };
}

export function sumOutcomes(
  parts: readonly Readonly<Record<Outcome, number>>[],
): Record<Outcome, number> {
  const total = noOutcomes();
  for (const part of parts) for (const outcome of OUTCOMES) total[outcome] += part[outcome];
  return total;
}

function sumThrottles(parts: readonly Flow[]): Record<ThrottleReason, number> {
  const total: Record<ThrottleReason, number> = { rate: 0, quota: 0, overloaded: 0 };
  for (const { throttles } of parts)
    for (const reason of THROTTLES) total[reason] += throttles[reason];
  return total;
}

function mergeNamed(
  parts: readonly Flow[],
  of: (flow: Flow) => ReadonlyMap<string, HistogramData> | undefined,
): Map<string, HistogramData> {
  const byName = new Map<string, HistogramData[]>();
  for (const part of parts) {
    for (const [name, data] of of(part) ?? [])
      byName.set(name, [...(byName.get(name) ?? []), data]);
  }
  const merged = new Map<string, HistogramData>();
  for (const [name, all] of byName) {
    const whole = mergeHistograms(all);
    if (whole) merged.set(name, whole);
  }
  return merged;
}

function addCounts(parts: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const merged = new Map<string, number>();
  for (const part of parts) {
    for (const [name, value] of part) merged.set(name, (merged.get(name) ?? 0) + value);
  }
  return merged;
}

/** What repetitions are told apart by. */
export function repeatKey({ agent, outcome, hasDigest }: Repeated): string {
  return `${agent}\n${outcome}\n${hasDigest}`;
}

function mergeRepeats(all: readonly Repeated[]): readonly Repeated[] {
  const longest = new Map<string, Repeated>();
  for (const repeated of all) {
    const key = repeatKey(repeated);
    if (repeated.cycles > (longest.get(key)?.cycles ?? 0)) longest.set(key, repeated);
  }
  return [...longest.values()];
}

function histogram(
  parts: readonly Flow[],
  of: (flow: Flow) => HistogramData | undefined,
): HistogramData | undefined {
  return mergeHistograms(parts.flatMap((part) => of(part) ?? []));
}

function sum(parts: readonly Flow[], of: (flow: Flow) => number): number {
  return parts.reduce((total, part) => total + of(part), 0);
}
