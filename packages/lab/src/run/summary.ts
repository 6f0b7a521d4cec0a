import { HeadwayError } from "@headway/core";
import { type Estimate, estimate } from "./estimate.ts";
import type { Measures, RunOutcome } from "./outcome.ts";

export type MeasureName = Exclude<keyof Measures, "failed">;

export const MEASURE_NAMES: readonly MeasureName[] = [
  "goodput",
  "goodputAfter",
  "goodputBefore",
  "wastedShare",
  "wasted",
  "attempts",
  "wastedShareRun",
  "amplification",
  "criticalOk",
  "criticalP50S",
  "criticalP99S",
  "p99S",
  "recoveryS",
  "falseHolds",
  "heldHealthy",
  "lockouts",
];

export type Estimates = Readonly<Record<MeasureName, Estimate>>;

/** What the runs of one policy in one scenario came to. */
export interface Summary {
  readonly scenario: string;
  readonly policy: string;
  readonly seeds: readonly number[];
  readonly measures: Estimates;
}

/** One summary for each pair of scenario and policy, in the order in which they first appear. */
export function summarise(outcomes: readonly RunOutcome[]): readonly Summary[] {
  return [...groupsOf(outcomes).values()].map((group) => {
    const { scenario, policy } = group[0]!;
    const seeds = group.map(({ seed }) => seed);
    const measures = estimates((name) => group.map((outcome) => outcome.measures[name]));
    return { scenario, policy, seeds, measures };
  });
}

/**
 * By how much one policy differs from another, seed by seed: under the same seed both met the same arrivals, service times and faults,
 * so what these do to both cancels and the interval is far narrower than those of the two means.
 */
export function pairedDifference(
  outcomes: readonly RunOutcome[],
  against: readonly RunOutcome[],
): Estimates {
  const partners = new Map(against.map((outcome) => [pairOf(outcome), outcome]));
  const pairs = outcomes.map((outcome) => {
    const partner = partners.get(pairOf(outcome));
    if (partner !== undefined) return [outcome.measures, partner.measures] as const;
    throw new HeadwayError(
      "ERR_CONFIG_RANGE",
      `A difference needs runs of the same scenarios and seeds, got none of ${pairOf(outcome)} for ${against[0]?.policy ?? "the other"}`,
    );
  });
  return estimates((name) => pairs.map(([own, other]) => difference(own[name], other[name])));
}

function pairOf({ scenario, seed }: RunOutcome): string {
  return `${scenario} with seed ${seed}`;
}

/** Two that are infinite are equal. */
function difference(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function groupsOf(outcomes: readonly RunOutcome[]): ReadonlyMap<string, RunOutcome[]> {
  const groups = new Map<string, RunOutcome[]>();
  for (const outcome of outcomes) {
    const key = `${outcome.scenario}\n${outcome.policy}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [outcome]);
    else group.push(outcome);
  }
  return groups;
}

function estimates(valuesOf: (name: MeasureName) => readonly number[]): Estimates {
  const of = (name: MeasureName): Estimate => estimate(valuesOf(name));
  return {
    goodput: of("goodput"),
    goodputAfter: of("goodputAfter"),
    goodputBefore: of("goodputBefore"),
    wastedShare: of("wastedShare"),
    wasted: of("wasted"),
    attempts: of("attempts"),
    wastedShareRun: of("wastedShareRun"),
    amplification: of("amplification"),
    criticalOk: of("criticalOk"),
    criticalP50S: of("criticalP50S"),
    criticalP99S: of("criticalP99S"),
    p99S: of("p99S"),
    recoveryS: of("recoveryS"),
    falseHolds: of("falseHolds"),
    heldHealthy: of("heldHealthy"),
    lockouts: of("lockouts"),
  };
}
