import type { Detection, DetectionKind, WindowView } from "@headway/core";
import { isoOf } from "../api/wire.ts";
import { nowOf } from "./live-dependency.ts";
import type { LiveDetection, LiveNow, LiveRecent, LiveSeries } from "./live-view.ts";

/** What to draw of each kind: the number that the claim is about, or stands nearest to it. */
const METRIC: Readonly<Record<DetectionKind, keyof LiveNow>> = {
  degraded: "p50Ms",
  failing: "errorShare",
  throttled: "throttledShare",
  retry_storm: "retryShare",
  fanout: "callsPerSecond",
  saturation: "inFlight",
  cascade: "p95Ms",
  loop: "callsPerSecond",
  recovered: "p50Ms",
};

const UNIT: Readonly<Record<keyof LiveNow, string>> = {
  callsPerSecond: "1/s",
  attemptsPerSecond: "1/s",
  errorShare: "share",
  throttledShare: "share",
  retryShare: "share",
  p50Ms: "ms",
  p95Ms: "ms",
  p99Ms: "ms",
  inFlight: "attempts",
  bound: "attempts",
  waiting: "calls",
  agents: "agents",
};

export const SERIES_SECONDS = 60;

export type SecondsOf = (dependency: string) => readonly WindowView[];

export function detectionClaim({
  id,
  kind,
  dependency,
  agent,
  workflow,
  startedAtMs,
  firedAtMs,
  severity,
  summary,
  evidence,
}: Detection): Omit<LiveDetection, "series"> {
  return {
    id,
    kind,
    dependency,
    ...(agent === undefined ? {} : { agent }),
    ...(workflow === undefined ? {} : { workflow }),
    startedAt: isoOf(startedAtMs),
    firedAt: firedAtMs === null ? null : isoOf(firedAtMs),
    severity,
    summary,
    evidence,
  };
}

export function seriesOf(
  { kind, dependency }: Pick<Detection, "kind" | "dependency">,
  { usualMs, secondsOf, nowMs }: SeriesContext,
): LiveSeries {
  const metric = METRIC[kind];
  return {
    metric,
    unit: UNIT[metric],
    endsAt: isoOf(nowMs),
    values: perSecond(secondsOf(dependency), nowMs, (second) => nowOf(second, second)[metric]),
    usual: metric === "p50Ms" ? usualMs : null,
  };
}

export interface SeriesContext {
  readonly usualMs: number | null;
  readonly secondsOf: SecondsOf;
  readonly nowMs: number;
}

export function recentOf(seconds: readonly WindowView[], nowMs: number): LiveRecent {
  const of = (metric: "p50Ms" | "p95Ms" | "inFlight"): (number | null)[] =>
    perSecond(seconds, nowMs, (second) => nowOf(second, second)[metric]);
  return { endsAt: isoOf(nowMs), p50Ms: of("p50Ms"), p95Ms: of("p95Ms"), inFlight: of("inFlight") };
}

/** Kept seconds put where they belong in the last minute; where there is none, nothing happened. */
function perSecond(
  seconds: readonly WindowView[],
  nowMs: number,
  valueOf: (second: WindowView) => number | null,
): (number | null)[] {
  const values = Array.from<number | null>({ length: SERIES_SECONDS }).fill(null);
  for (const second of seconds) {
    const at = SERIES_SECONDS - 1 - Math.round((nowMs - second.endMs) / 1_000);
    if (at >= 0 && at < SERIES_SECONDS) values[at] = valueOf(second);
  }
  return values;
}
