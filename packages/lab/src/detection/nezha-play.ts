import type { NezhaData, NezhaFault, NezhaFile, NezhaSpans } from "./nezha-data.ts";
import { viewsOf } from "./nezha-views.ts";
import type { Alarm, FaultTrial, QuietStretch } from "./protocol.ts";
import type { SpanWatch } from "./span-watch.ts";
import { secondsOf } from "./span-reports.ts";
import type { Second, Telling } from "./span-reports.ts";

/** A fault labelled this long before, whose end nobody wrote down, may still be there; one labelled this soon after may have begun. */
const SUSPECT_BEFORE_S = 600;
const SUSPECT_AFTER_S = 120;

/** What one listener heard of a day. */
export interface Hearing {
  readonly watch: SpanWatch;
  readonly quiet: QuietStretch[];
  readonly trials: FaultTrial[];
}

export function hearingOf(watch: SpanWatch): Hearing {
  return { watch, quiet: [], trials: [] };
}

/**
 * Plays one system's files of one day in order of time. What comes before a fault is history, and no alarm belongs there; from
 * the fault on a fork listens, so that nothing is ever learned from a labelled fault, nor from anything later than what is judged.
 */
export function playDay(
  data: NezhaData,
  files: readonly NezhaFile[],
  hearings: readonly Hearing[],
  telling?: Telling,
): void {
  for (const file of files) {
    const seconds = secondsOfFile(data, file, telling);
    for (const hearing of hearings) hear(hearing, file, seconds, data.faults);
  }
}

export function secondsOfFile(
  data: NezhaData,
  file: NezhaFile,
  telling?: Telling,
): readonly Second[] {
  return secondsOfSpans(data.spans(file), file.covered, telling);
}

export function secondsOfSpans(
  spans: NezhaSpans,
  covered: NezhaFile["covered"],
  telling?: Telling,
): readonly Second[] {
  return secondsOf({ views: viewsOf(spans), covered }, telling);
}

function hear(
  { watch, quiet, trials }: Hearing,
  file: NezhaFile,
  seconds: readonly Second[],
  faults: readonly NezhaFault[],
): void {
  const { fault } = file;
  const onsetS = fault ? fault.onsetS - file.zeroS : Infinity;
  const before = seconds.filter(({ endS }) => endS <= onsetS);
  const early: Alarm[] = before.flatMap((second) => [...watch.observe(second)]);
  quiet.push({ seconds: before.length, alarms: early, suspects: suspectsOf(file, faults) });
  if (!fault) return;
  const fork = watch.fork();
  const alarms = seconds
    .filter(({ endS }) => endS > onsetS)
    .flatMap((second) => fork.observe(second))
    .map((alarm) => ({ ...alarm, atS: alarm.atS - onsetS }));
  trials.push({ fault, alarms });
}

function suspectsOf(file: NezhaFile, faults: readonly NezhaFault[]): readonly string[] {
  const fromS = file.zeroS + Math.min(...file.covered.map(([from]) => from));
  const untilS = file.fault?.onsetS ?? file.zeroS + Math.max(...file.covered.map(([, to]) => to));
  return faults
    .filter(({ system, day }) => system === file.system && day === file.day)
    .filter(({ onsetS }) => onsetS > fromS - SUSPECT_BEFORE_S && onsetS < untilS + SUSPECT_AFTER_S)
    .map(({ service }) => service);
}
