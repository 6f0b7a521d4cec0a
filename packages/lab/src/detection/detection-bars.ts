import type { DetectionReport } from "./detect.ts";
import type { SystemSpans } from "./nezha-spans-bench.ts";

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
      measured: `${timing.named} of ${timing.faults}`,
      isMet: timing.recall.value >= RECALL[system],
    },
    {
      name: `${name}, median delay`,
      asked: `≤ ${MEDIAN_S[system]} s`,
      measured: `${timing.medianS.value.toFixed(1)} s`,
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
      measured: `${returns.named} of ${returns.faults}`,
      isMet: returns.named === returns.faults,
    },
  ];
}

/** Episodes at a service whose own fault was labelled shortly before or after are told apart: no label says when a fault ended. */
function falseBar({ system, day, shipped }: SystemSpans): DetectionBar {
  const { hours, episodes, suspect } = shipped.falseAlarms;
  const perHour = (episodes - suspect) / hours;
  return {
    name: `${system} ${day}: false episodes over the fleet`,
    asked: `≤ ${FALSE_PER_HOUR}/h`,
    measured: `${perHour.toFixed(2)}/h in ${hours.toFixed(2)} h, and ${suspect} at a service just faulted`,
    isMet: perHour <= FALSE_PER_HOUR,
  };
}

function minuteBars({ minutes }: Results): readonly DetectionBar[] {
  return (minutes?.days ?? []).flatMap(({ day, shipped: { timing, falseAlarms } }) => [
    {
      name: `minute series ${day}: network and processor faults, named`,
      asked: `≥ ${MINUTES.recall}`,
      measured: `${timing.named} of ${timing.faults}`,
      isMet: timing.recall.value >= MINUTES.recall,
    },
    {
      name: `minute series ${day}: median delay`,
      asked: `≤ ${MINUTES.medianS} s`,
      measured: `${timing.medianS.value.toFixed(1)} s`,
      isMet: timing.medianS.value <= MINUTES.medianS,
    },
    {
      name: `minute series ${day}: false episodes`,
      asked: `≤ ${MINUTES.falsePerHour}/h`,
      measured: `${falseAlarms.perHour.value.toFixed(2)}/h in ${falseAlarms.hours.toFixed(1)} h`,
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
    const measured = `${count} in ${silence.hours.toFixed(0)} h`;
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

function isKnown(system: string): system is keyof typeof RECALL {
  return Object.hasOwn(RECALL, system);
}
