import { median } from "./quantile.ts";
import type { RunSummary } from "./summary.ts";

/** A claim the demo makes, and what was measured: the median over the runs. */
export interface Bar {
  readonly claim: string;
  readonly measured: string;
  readonly isMet: boolean;
}

export interface RunPair {
  readonly without: RunSummary;
  readonly with: RunSummary;
}

const WASTE_SHARE_MAX = 0.1;
const PERSON_FACTOR_MIN = 3;
const RECOVERY_MS_MAX = 5_000;
const HEALTHY_WAIT_MS_MAX = 5;

export function bars(pairs: readonly RunPair[]): readonly Bar[] {
  const middle = (pick: (pair: RunPair) => number): number => median(pairs.map(pick));
  return [
    wasteBar(middle),
    ...workflowBars(middle),
    lockoutBar(middle),
    recoveryBar(middle),
    lossBar(pairs),
    waitBar(middle),
  ];
}

type Middle = (pick: (pair: RunPair) => number) => number;

function wasteBar(middle: Middle): Bar {
  const without = middle((pair) => pair.without.attemptsWasted);
  const withHeadway = middle((pair) => pair.with.attemptsWasted);
  return {
    claim: "wasted attempts: 90 % fewer or better",
    measured: `${without} → ${withHeadway} (${percent(1 - withHeadway / without)} fewer)`,
    isMet: withHeadway <= WASTE_SHARE_MAX * without,
  };
}

function workflowBars(middle: Middle): Bar[] {
  const person = (summary: RunSummary): number => summary.inTime.fault.person.inTime;
  const all = (summary: RunSummary): number =>
    person(summary) + summary.inTime.fault.rescreening.inTime;
  const persons = [
    middle((pair) => person(pair.without)),
    middle((pair) => person(pair.with)),
  ] as const;
  const total = [middle((pair) => all(pair.without)), middle((pair) => all(pair.with))] as const;
  return [
    {
      claim: "waiting persons served in time during the fault: 3 times as many or better",
      measured: `${persons[0]} → ${persons[1]} of ${middle((pair) => pair.with.inTime.fault.person.arrived)}`,
      isMet: persons[1] > 0 && persons[1] >= PERSON_FACTOR_MIN * persons[0],
    },
    {
      claim: "workflows in time during the fault: not fewer overall",
      measured: `${total[0]} → ${total[1]}`,
      isMet: total[1] >= total[0],
    },
  ];
}

function lockoutBar(middle: Middle): Bar {
  const without = middle((pair) => pair.without.lockouts);
  const withHeadway = middle((pair) => pair.with.lockouts);
  return {
    claim: "lockouts: none, where there were some",
    measured: `${without} → ${withHeadway}`,
    isMet: without > 0 && withHeadway === 0,
  };
}

function recoveryBar(middle: Middle): Bar {
  const without = middle((pair) => pair.without.recoveryMs);
  const withHeadway = middle((pair) => pair.with.recoveryMs);
  return {
    claim: "recovery: at most 5 s after the provider's",
    measured: `${seconds(without)} → ${seconds(withHeadway)}`,
    isMet: withHeadway <= RECOVERY_MS_MAX,
  };
}

/** Of every run, not of the median one: a lost case is lost. */
function lossBar(pairs: readonly RunPair[]): Bar {
  const faults = pairs.flatMap((pair) => [
    ...pair.without.conservationFaults,
    ...pair.with.conservationFaults,
  ]);
  const held = median(pairs.map((pair) => pair.with.held));
  return {
    claim: "no workflow lost: each is done, failed with its cause, or listed as still held",
    measured: faults[0] ?? `all accounted for, ${held} still held`,
    isMet: faults.length === 0,
  };
}

/**
 * Headway delays a call by holding it and by the processor time of its own code; neither may take longer, for no call. By the clock the way
 * through the gate is longer now and then, where a process that shares its processor is put aside: the comparison shows that too.
 */
function waitBar(middle: Middle): Bar {
  const heldMs = middle((pair) => pair.with.healthyWait.heldMsMax);
  const cpuMs = middle((pair) => pair.with.healthyWait.cpuMsMax);
  return {
    claim: "healthy phase: no call delayed by more than 5 ms",
    measured: `held ${heldMs.toFixed(1)} ms, kept busy ${cpuMs.toFixed(1)} ms at most`,
    isMet: heldMs + cpuMs <= HEALTHY_WAIT_MS_MAX,
  };
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0.99 && share < 1 ? 1 : 0)} %`;
}

export function seconds(ms: number): string {
  return Number.isFinite(ms) ? `${(ms / 1_000).toFixed(1)} s` : "never";
}
