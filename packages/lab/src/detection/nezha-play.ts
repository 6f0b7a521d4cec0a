import type { NezhaData, NezhaFault, NezhaFile, NezhaSpans } from "./nezha-data.ts";
import { viewsOf } from "./nezha-views.ts";
import type { Alarm, FaultSpan, FaultTrial, QuietStretch } from "./protocol.ts";
import type { SpanWatch } from "./span-watch.ts";
import { secondsOf } from "./span-reports.ts";
import type { Second, Telling } from "./span-reports.ts";

/** Nobody wrote down when a fault ended; those of Online Boutique lasted 180 to 200 s. */
const FAULT_S = 200;

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
  const faulted = faultedIn(file, faults);
  const isOn = ({ endS }: Second) =>
    faulted.some(({ fromS, untilS }) => fromS < endS && endS <= untilS);
  quiet.push({ seconds: before.filter((second) => !isOn(second)).length, alarms: early, faulted });
  if (!fault) return;
  const fork = watch.fork();
  const alarms = seconds
    .filter(({ endS }) => endS > onsetS)
    .flatMap((second) => fork.observe(second))
    .map((alarm) => ({ ...alarm, atS: alarm.atS - onsetS }));
  trials.push({ fault, alarms });
}

/** Faults of the same system and day, on the file's own clock. */
function faultedIn(file: NezhaFile, faults: readonly NezhaFault[]): readonly FaultSpan[] {
  return faults
    .filter(({ system, day }) => system === file.system && day === file.day)
    .map(({ service, onsetS }) => ({
      service,
      fromS: onsetS - file.zeroS,
      untilS: onsetS - file.zeroS + FAULT_S,
    }));
}
