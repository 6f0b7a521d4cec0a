import type { AttemptRecord, ProviderMessage } from "../messages.ts";
import { horizonMs } from "../scenario.ts";
import type { FleetMoment, RunRecord } from "./run-record.ts";
import { classOf } from "./summary.ts";

/** One run second by second: what the plots show. Index 0 is the first second. */
export interface RunSeries {
  readonly useful: readonly number[];
  readonly wasted: readonly number[];
  readonly personsDone: readonly number[];
  readonly rescreeningsDone: readonly number[];
  readonly queueLength: readonly number[];
  readonly servedForNobody: readonly number[];
  readonly clientsLocked: readonly number[];
  /** Calls waiting at the gate and workflows put back. */
  readonly heldBack: readonly number[];
}

export function seriesOf(record: RunRecord): RunSeries {
  const seconds = Math.ceil(horizonMs(record.scenario.phases) / 1_000);
  const per = (times: readonly number[]): number[] => countPerSecond(times, seconds);
  const ends = (attempts: readonly AttemptRecord[]): number[] =>
    per(attempts.map((attempt) => attempt.endMs));
  const done = record.workflows.filter((workflow) => workflow.end === "done");
  const doneOf = (kind: ReturnType<typeof classOf>): number[] =>
    per(done.filter((workflow) => classOf(workflow) === kind).map((workflow) => workflow.endedMs));
  const provider = (pick: (message: ProviderMessage) => number): number[] =>
    lastPerSecond(record.provider, seconds, pick);
  return {
    useful: ends(record.attempts.filter((attempt) => attempt.outcome === "ok")),
    wasted: ends(record.attempts.filter((attempt) => attempt.outcome !== "ok")),
    personsDone: doneOf("person"),
    rescreeningsDone: doneOf("rescreening"),
    queueLength: provider((message) => message.queueLength),
    servedForNobody: provider((message) => message.servedForNobody),
    clientsLocked: provider((message) => message.clientsLocked),
    heldBack: lastPerSecond(
      record.fleet,
      seconds,
      (moment: FleetMoment) => moment.held + moment.postponed,
    ),
  };
}

/** A mean over the last `width` values, which is how rates become readable in a plot. */
export function smooth(values: readonly number[], width: number): number[] {
  return values.map((_, index) => {
    const window = values.slice(Math.max(0, index - width + 1), index + 1);
    return window.reduce((sum, value) => sum + value, 0) / window.length;
  });
}

function countPerSecond(timesMs: readonly number[], seconds: number): number[] {
  const counts = Array.from({ length: seconds }, () => 0);
  for (const timeMs of timesMs) {
    const second = Math.floor(timeMs / 1_000);
    if (second >= 0 && second < seconds) counts[second]! += 1;
  }
  return counts;
}

function lastPerSecond<Moment extends { readonly atMs: number }>(
  moments: readonly Moment[],
  seconds: number,
  pick: (moment: Moment) => number,
): number[] {
  const last = Array.from({ length: seconds }, () => 0);
  for (const moment of moments) {
    const second = Math.floor(moment.atMs / 1_000);
    if (second >= 0 && second < seconds) last[second] = pick(moment);
  }
  return last;
}
