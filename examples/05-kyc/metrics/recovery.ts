import { faultEndMs } from "../scenario.ts";
import type { RunRecord } from "./run-record.ts";

const WINDOW_MS_MAX = 10_000;
const STEP_MS = 100;
const SHARE = 0.95;

/**
 * From the provider's recovery to the fleet's: to the first moment from which useful answers come, over the ten seconds that follow, at 95 %
 * of the rate of the healthy phase or more. Infinity where no new work came through at that rate before the last case came in.
 */
export function recoveryMs(record: RunRecord): number {
  const { phases } = record.scenario;
  const fromMs = faultEndMs(phases);
  const windowMs = Math.min(WINDOW_MS_MAX, phases.afterMs / 3);
  const useful = record.attempts
    .filter((attempt) => attempt.outcome === "ok")
    .map((attempt) => attempt.endMs);
  const between = (startMs: number, endMs: number): number =>
    useful.filter((endedMs) => endedMs >= startMs && endedMs < endMs).length;
  // The first sixth of the healthy phase fills the pipeline.
  const healthyFromMs = phases.healthyMs / 6;
  const healthyPerMs =
    between(healthyFromMs, phases.healthyMs) / (phases.healthyMs - healthyFromMs);
  for (let atMs = fromMs; atMs + windowMs <= fromMs + phases.afterMs; atMs += STEP_MS) {
    if (between(atMs, atMs + windowMs) >= SHARE * healthyPerMs * windowMs) return atMs - fromMs;
  }
  return Number.POSITIVE_INFINITY;
}
