import { randomStream } from "../simulation/random.ts";
import { EFFICIENCY_CASES, type EfficiencyCase } from "./efficiency-charts.ts";

export interface EfficiencyBenchOptions {
  /** Changes, each after a warm-up of its own. */
  readonly seeds: number;
  /** Of windows of a second without a change, per case, in which false alarms are counted. */
  readonly hours: number;
}

export interface EfficiencyBench {
  readonly rows: readonly EfficiencyRow[];
  /** The least of the charts that know the law, and of those that learn it. */
  readonly leastKnown: number;
  readonly leastLearnt: number;
}

export interface EfficiencyRow {
  readonly name: string;
  readonly knows: boolean;
  /** Windows between false alarms: as asked for, and as counted (at least; none may have come). */
  readonly runLength: number;
  readonly runLengthCounted: number;
  readonly delay: number;
  /** To first order, for long run lengths, no chart is sooner in the worst case (Lorden, 1971); a mean delay at a short one may be. */
  readonly bound: number;
  readonly efficiency: number;
}

const RUN_LENGTH = 10_000;
const DELAY_MAX = 5_000;

/** How near core's charts come to log(ARL) / KL windows from a change to its alarm. */
export async function benchEfficiency(
  _dataFolder: string,
  { seeds, hours }: EfficiencyBenchOptions,
): Promise<EfficiencyBench> {
  const rows = EFFICIENCY_CASES.map((which) => rowOf(which, seeds, hours * 3_600));
  const least = (knows: boolean): number =>
    Math.min(...rows.filter((row) => row.knows === knows).map(({ efficiency }) => efficiency));
  return { rows, leastKnown: least(true), leastLearnt: least(false) };
}

function rowOf(which: EfficiencyCase, seeds: number, windows: number): EfficiencyRow {
  const { name, knows, divergence } = which;
  const delays = Array.from({ length: seeds }, (_, seed) => delayOf(which, seed));
  const delay = delays.reduce((sum, windowsLate) => sum + windowsLate, 0) / seeds;
  const alarms = countAlarms(which, windows);
  const runLengthCounted = windows / Math.max(1, alarms);
  // A chart that surely alarms more often than asked for (by two standard deviations of a count) is held to what it does; one that
  // alarms more rarely has to pay for it.
  const alarmsSurely = Math.max(alarms - 2 * Math.sqrt(alarms), windows / RUN_LENGTH);
  const bound = Math.log(windows / alarmsSurely) / divergence;
  return {
    name,
    knows,
    runLength: RUN_LENGTH,
    runLengthCounted,
    delay,
    bound,
    efficiency: bound / delay,
  };
}

/** Windows from the change to the alarm; a warm-up with a false alarm is begun anew. */
function delayOf(which: EfficiencyCase, seed: number): number {
  for (let draw = 0; ; draw += 1) {
    const chart = which.create(randomStream(seed, `efficiency/${which.name}/${draw}`), RUN_LENGTH);
    if (alarmWithin(chart, which.warmUp, false) !== undefined) continue;
    return alarmWithin(chart, DELAY_MAX, true) ?? DELAY_MAX;
  }
}

/** False alarms in so many windows, warm-ups left out; after each the chart is begun anew. */
function countAlarms(which: EfficiencyCase, windows: number): number {
  let alarms = 0;
  let watched = 0;
  for (let draw = 0; watched < windows; draw += 1) {
    const chart = which.create(
      randomStream(draw, `efficiency/${which.name}/unchanged`),
      RUN_LENGTH,
    );
    if (alarmWithin(chart, which.warmUp, false) !== undefined) continue;
    const alarm = alarmWithin(chart, windows - watched, false);
    watched += alarm ?? windows - watched;
    if (alarm !== undefined) alarms += 1;
  }
  return alarms;
}

function alarmWithin(
  chart: (isChanged: boolean) => boolean,
  windows: number,
  isChanged: boolean,
): number | undefined {
  for (let window = 1; window <= windows; window += 1) if (chart(isChanged)) return window;
  return undefined;
}
