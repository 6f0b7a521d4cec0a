import type { Random } from "@headway/core";
import { bootstrap, medianOf, quantileOf, rateInterval } from "./bootstrap.ts";
import type { Interval } from "./bootstrap.ts";
import { episodesOf } from "./episodes.ts";
import { shareInterval } from "./share-interval.ts";
import type { FaultType, NezhaFault } from "./nezha-data.ts";

/** A detector has begun to say that something is wrong. */
export interface Alarm {
  /** Seconds; when it could have been known: the window's end, before any delay of export. */
  readonly atS: number;
  readonly stream: string;
  /** The service it names. */
  readonly service: string;
  /** The other ends of the edges that its evidence is about. */
  readonly edges: readonly string[];
}

/** What was heard around one fault. Times from its onset. */
export interface FaultTrial {
  readonly fault: NezhaFault;
  readonly alarms: readonly Alarm[];
}

/** What was heard before a fault of its own was injected. */
export interface QuietStretch {
  /** In which no fault was on anywhere: those in which an earlier one still was are no quiet time. */
  readonly seconds: number;
  readonly alarms: readonly Alarm[];
  /** Earlier faults that were still on, on the alarms' clock. */
  readonly faulted: readonly FaultSpan[];
}

export interface FaultSpan {
  readonly service: string;
  readonly fromS: number;
  readonly untilS: number;
}

export interface FaultScore {
  readonly id: number;
  readonly system: string;
  readonly type: FaultType;
  readonly service: string;
  /** Seconds from onset until anything was said, the service or an edge of it was named, and the service itself; null when never. */
  readonly noticedS: number | null;
  readonly namedS: number | null;
  readonly exactS: number | null;
  /** What the first alarm named: the faulted service, an edge of it, or something else. */
  readonly first: "service" | "edge" | "other" | "nothing";
  readonly stream: string | null;
}

export interface Summary {
  readonly faults: number;
  readonly named: number;
  readonly recall: Interval;
  readonly medianS: Interval;
  readonly p95S: number;
  /** Share of noticed faults whose first alarm names the service or an edge of it, and the service itself. */
  readonly hitAt1: number;
  readonly hitAt1Service: number;
}

export interface FalseAlarms {
  readonly hours: number;
  readonly episodes: number;
  readonly perHour: Interval;
  /** Episodes that are none of these: all of each is at the very service whose fault was on. */
  readonly ofFaults: number;
}

export function scoreFault({ fault, alarms }: FaultTrial, delayS: number): FaultScore {
  const sorted = [...alarms].sort((a, b) => a.atS - b.atS);
  const hits = (alarm: Alarm): FaultScore["first"] => {
    if (alarm.service === fault.service) return "service";
    return alarm.edges.includes(fault.service) ? "edge" : "other";
  };
  const firstWhere = (isWanted: (alarm: Alarm) => boolean) => sorted.find(isWanted);
  const late = (alarm: Alarm | undefined) => (alarm ? alarm.atS + delayS : null);
  const named = firstWhere((alarm) => hits(alarm) !== "other");
  // Of several alarms in the first window that has any, the best counts: they are one report.
  const atOnce = sorted.filter(({ atS }) => atS === sorted[0]?.atS).map(hits);
  const first = (["service", "edge", "other"] as const).find((hit) => atOnce.includes(hit));
  return {
    id: fault.id,
    system: fault.system,
    type: fault.type,
    service: fault.service,
    noticedS: late(sorted[0]),
    namedS: late(named),
    exactS: late(firstWhere((alarm) => hits(alarm) === "service")),
    first: first ?? "nothing",
    stream: named?.stream ?? null,
  };
}

export function summarise(scores: readonly FaultScore[], random: Random): Summary {
  const delay = ({ namedS }: FaultScore) => namedS ?? Infinity;
  const noticed = scores.filter(({ noticedS }) => noticedS !== null);
  const share = (part: number, whole: number) => (whole > 0 ? part / whole : Number.NaN);
  const named = scores.filter(({ namedS }) => namedS !== null).length;
  const isHit = ({ first }: FaultScore) => first === "service" || first === "edge";
  return {
    faults: scores.length,
    named,
    recall: shareInterval(named, scores.length),
    medianS: bootstrap(scores, (sample) => medianOf(sample.map(delay)), { random }),
    p95S: quantileOf(
      scores.map(delay).sort((a, b) => a - b),
      0.95,
    ),
    hitAt1: share(noticed.filter(isHit).length, noticed.length),
    hitAt1Service: share(noticed.filter(({ first }) => first === "service").length, noticed.length),
  };
}

/**
 * Over the fleet: alarms of all streams together make the episodes. One at a service whose own fault is on is that fault's. While it is on
 * an episode that names any other service is false all the same, though that time is not counted: the rate is not flattered.
 */
export function countFalse(stretches: readonly QuietStretch[], gapS: number): FalseAlarms {
  let episodes = 0;
  let ofFaults = 0;
  for (const { alarms, faulted } of stretches) {
    const starts = episodesOf(
      alarms.map(({ atS }) => atS),
      gapS,
    );
    const isOfFault = ({ atS, service }: Alarm) =>
      faulted.some((span) => span.service === service && span.fromS < atS && atS <= span.untilS);
    for (const [index, startS] of starts.entries()) {
      const untilS = starts[index + 1] ?? Infinity;
      const within = alarms.filter(({ atS }) => atS >= startS && atS < untilS);
      if (within.every(isOfFault)) ofFaults += 1;
      else episodes += 1;
    }
  }
  const hours = stretches.reduce((sum, { seconds }) => sum + seconds, 0) / 3_600;
  return { hours, episodes, perHour: rateInterval(episodes, hours), ofFaults };
}
