import { rateInterval } from "./bootstrap.ts";
import type { Interval } from "./bootstrap.ts";
import type { DetectionReport } from "./detect.ts";
import type { SystemSpans } from "./nezha-spans-bench.ts";
import type { FalseAlarms, Summary } from "./protocol.ts";

/** What is asked for, beside what was measured. */
export interface DetectionBar {
  readonly name: string;
  readonly asked: string;
  readonly measured: string;
  readonly isMet: boolean;
}

type Results = Omit<DetectionReport, "folder" | "absent" | "bars">;

const RECALL = { OnlineBoutique: 0.95, TrainTicket: 0.85 };
const MEDIAN_S = { OnlineBoutique: 12, TrainTicket: 45 };
const FALSE_PER_HOUR = 2;
const MINUTES = { recall: 0.85, medianS: 60, falsePerHour: 0.35 };

export function barsOf(results: Results): readonly DetectionBar[] {
  return [...spanBars(results), ...minuteBars(results), ...syntheticBars(results)];
}

function spanBars({ spans }: Results): readonly DetectionBar[] {
  return (spans?.systems ?? []).flatMap((system) => [
    ...timingBars(system),
    ...returnBars(system),
    falseBar(system),
  ]);
}

function timingBars({ system, day, shipped }: SystemSpans): readonly DetectionBar[] {
  const { timing } = shipped;
  if (!isKnown(system) || timing.faults === 0) return [];
  const name = `${system} ${day}: network and processor faults`;
  return [
    {
      name: `${name}, named`,
      asked: `≥ ${RECALL[system]}`,
      measured: namedOf(timing),
      isMet: timing.recall.value >= RECALL[system],
    },
    {
      name: `${name}, median delay`,
      asked: `≤ ${MEDIAN_S[system]} s`,
      measured: medianOf(timing),
      isMet: timing.medianS.value <= MEDIAN_S[system],
    },
  ];
}

function returnBars({ system, day, shipped }: SystemSpans): readonly DetectionBar[] {
  const { returns } = shipped;
  if (system !== "OnlineBoutique" || returns.faults === 0) return [];
  return [
    {
      name: `${system} ${day}: return faults, named`,
      asked: "all",
      measured: namedOf(returns),
      isMet: returns.named === returns.faults,
    },
  ];
}

function falseBar({ system, day, shipped: { falseAlarms } }: SystemSpans): DetectionBar {
  return {
    name: `${system} ${day}: false episodes over the fleet`,
    asked: `≤ ${FALSE_PER_HOUR}/h`,
    measured: falseOf(falseAlarms),
    isMet: falseAlarms.perHour.value <= FALSE_PER_HOUR,
  };
}

function minuteBars({ minutes }: Results): readonly DetectionBar[] {
  return (minutes?.days ?? []).flatMap(({ day, shipped: { timing, falseAlarms } }) => [
    {
      name: `minute series ${day}: network and processor faults, named`,
      asked: `≥ ${MINUTES.recall}`,
      measured: namedOf(timing),
      isMet: timing.recall.value >= MINUTES.recall,
    },
    {
      name: `minute series ${day}: median delay`,
      asked: `≤ ${MINUTES.medianS} s`,
      measured: medianOf(timing),
      isMet: timing.medianS.value <= MINUTES.medianS,
    },
    {
      name: `minute series ${day}: false episodes`,
      asked: `≤ ${MINUTES.falsePerHour}/h`,
      measured: falseOf(falseAlarms),
      isMet: falseAlarms.perHour.value <= MINUTES.falsePerHour,
    },
  ]);
}

function syntheticBars({ storms, silence, ramp, efficiency }: Results): readonly DetectionBar[] {
  const bars: DetectionBar[] = [];
  const add = (name: string, asked: string, measured: string, isMet: boolean) =>
    bars.push({ name, asked, measured, isMet });
  if (storms) {
    const auc = storms.auc.certainty;
    add("telling R > 1 from R ≤ 1, AUC", "≥ 0.98", auc.toFixed(3), auc >= 0.98);
  }
  if (silence) {
    const count = silence.episodes.retry_storm ?? 0;
    const perHour = rateInterval(count, silence.hours);
    const measured = `${count} in ${silence.hours.toFixed(0)} h (${span(perHour, 2)} an hour)`;
    add("retry storms seen under healthy bursty load", "none", measured, count === 0);
  }
  if (ramp) {
    const leadS = Math.min(...ramp.rows.map((row) => row.leadS));
    const measured = `${leadS.toFixed(0)} s at the least of the ramps`;
    add("slow ramp: median lead before the breach", "≥ 20 s", measured, leadS >= 20);
  }
  if (efficiency) {
    const { leastKnown, leastLearnt } = efficiency;
    add("efficiency, law known", "≥ 0.8", leastKnown.toFixed(2), leastKnown >= 0.8);
    add("efficiency, law learnt", "≥ 0.5", leastLearnt.toFixed(2), leastLearnt >= 0.5);
  }
  return bars;
}

function namedOf({ named, faults, recall }: Summary): string {
  return `${named} of ${faults} (${span(recall, 2)})`;
}

function medianOf({ medianS }: Summary): string {
  return `${medianS.value.toFixed(1)} s (${span(medianS, 1)})`;
}

function falseOf({ episodes, hours, perHour, ofFaults }: FalseAlarms): string {
  const counted = `${episodes} in ${hours.toFixed(2)} h: ${perHour.value.toFixed(2)}/h (${span(perHour, 2)})`;
  return ofFaults === 0 ? counted : `${counted}, and ${ofFaults} of a fault that was on`;
}

/** The 95 % interval. */
function span({ low, high }: Interval, digits: number): string {
  return `${low.toFixed(digits)} to ${high.toFixed(digits)}`;
}

function isKnown(system: string): system is keyof typeof RECALL {
  return Object.hasOwn(RECALL, system);
}
