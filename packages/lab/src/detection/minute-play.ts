import type { SeriesDetector } from "./baselines/series.ts";
import { medianOf } from "./bootstrap.ts";
import type { EdgeSeries, MinuteDay } from "./minute-data.ts";
import type { Alarm, FaultTrial, QuietStretch } from "./protocol.ts";

/** After the last fault and this long, nothing was injected. */
const QUIET_AFTER_S = 900;
/** Until so long after its onset an alarm may belong to a fault: they last 180 to 200 s, and a minute is known at its end. */
const FAULT_S = 300;
/** Whatever a detector says, less than this is nobody's trouble. The same gate for all. */
const RATIO_MIN = 1.5;
const EXCESS_S_MIN = 0.003;
/** Minutes whose median is what is usual, for the gate. */
const USUAL_MINUTES = 60;

/**
 * One detector on every edge of one day. It learns what is usual in the first half of the time after the last fault, hears the
 * faults, and is heard for false alarms in the second half: no threshold and no usual value comes from what is judged.
 */
export class MinutePlay {
  readonly trials: readonly FaultTrial[];
  readonly quiet: readonly QuietStretch[];

  constructor(day: MinuteDay, create: () => SeriesDetector) {
    const { atS, faults } = day;
    const fromS = (faults.at(-1)?.onsetS ?? -Infinity) + QUIET_AFTER_S;
    const quietAt = atS.findIndex((each) => each > fromS);
    const quietFrom = quietAt < 0 ? atS.length : quietAt;
    const half = Math.floor((quietFrom + atS.length) / 2);
    const during: Alarm[] = [];
    const after: Alarm[] = [];
    for (const edge of day.edges) {
      const minutes = (from: number, to: number) =>
        atS.slice(from, to).map((each, index) => [each, edge.medianS[from + index]] as const);
      for (const [rows, alarms] of [
        [minutes(0, quietFrom), during],
        [minutes(half, atS.length), after],
      ] as const) {
        const stream = new GatedStream(edge, create());
        for (const [each, value] of minutes(quietFrom, half)) stream.observe(each, value);
        stream.settle();
        for (const [each, value] of rows) alarms.push(...stream.observe(each, value));
      }
    }
    this.trials = faults.map((fault, index) => ({
      fault,
      alarms: during
        .filter(
          ({ atS: each }) =>
            each > fault.onsetS && each <= untilOf(fault.onsetS, faults[index + 1]),
        )
        .map((alarm) => ({ ...alarm, atS: alarm.atS - fault.onsetS })),
    }));
    const seconds = half < atS.length ? (atS.at(-1) ?? 0) - (atS[half] ?? 0) : 0;
    this.quiet = [{ seconds, alarms: after, faulted: [] }];
  }
}

function untilOf(onsetS: number, next: { readonly onsetS: number } | undefined): number {
  return Math.min(onsetS + FAULT_S, next?.onsetS ?? Infinity);
}

/** A detector of one edge behind the gate; an alarm is where it begins to be abnormal. */
class GatedStream {
  readonly #edge: EdgeSeries;
  readonly #detector: SeriesDetector;
  readonly #last: number[] = [];
  #wasAbnormal = false;

  constructor(edge: EdgeSeries, detector: SeriesDetector) {
    this.#edge = edge;
    this.#detector = detector;
  }

  /** Forgets that it was abnormal: what comes next is another time. */
  settle(): void {
    this.#wasAbnormal = false;
  }

  observe(atS: number, medianS: number | undefined): readonly Alarm[] {
    if (medianS === undefined) return [];
    const usualS = this.#last.length > 0 ? medianOf(this.#last) : medianS;
    const isAbnormal =
      this.#detector.observe(Math.log(medianS)) &&
      medianS >= RATIO_MIN * usualS &&
      medianS - usualS >= EXCESS_S_MIN;
    this.#last.push(medianS);
    if (this.#last.length > USUAL_MINUTES) this.#last.shift();
    const isNew = isAbnormal && !this.#wasAbnormal;
    this.#wasAbnormal = isAbnormal;
    const { caller, callee } = this.#edge;
    return isNew ? [{ atS, stream: "median", service: callee, edges: [caller] }] : [];
  }
}
