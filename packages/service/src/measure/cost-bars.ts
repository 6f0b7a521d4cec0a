import type { CostTally } from "./cost-tally.ts";
import { rounded } from "./cost-tally.ts";
import type { Measurement } from "./measurement.ts";
import type { Measuring } from "./measuring.ts";
import type { RetryAccount } from "./retry-account.ts";

export type CostBar = Measurement["series"]["bars"][number];

const SHOWN_MAX = 6;

export interface BarContext {
  readonly measuring: Measuring;
  readonly retries: RetryAccount;
  readonly loops: Measurement["loops"];
  readonly cuts: Measurement["cuts"];
}

/**
 * What agent time went into. First attempts, good and bad, and retries are disjoint parts of the same wall time; loops and drift are
 * taken out of what is left, which is called useful.
 */
export function costBars({ measuring, retries, loops, cuts }: BarContext): readonly CostBar[] {
  const { prices, runs } = measuring;
  const moneyOf = (cost: CostTally): number | null => cost.row(prices).money.amount;
  const totalSeconds = runs.totalMs / 1_000;
  const cutSeconds = cuts.reduce((sum, { serverSeconds }) => sum + serverSeconds, 0);
  const failedMs = new Map(
    measuring.dependencies.all().map((tally) => [tally.dependency, tally.failedFirstMs] as const),
  );
  const bars: CostBar[] = [
    {
      ...EMPTY,
      kind: "correlated_retries",
      label: "retries in bursts",
      agentSeconds: rounded(retries.correlated.agentMs / 1_000),
      attempts: retries.correlated.attempts,
      money: moneyOf(retries.correlated),
      byDependency: largest(retries.correlatedMs),
    },
    {
      ...EMPTY,
      kind: "lone_retries",
      label: "retries by themselves",
      agentSeconds: rounded(retries.lone.agentMs / 1_000),
      attempts: retries.lone.attempts,
      money: moneyOf(retries.lone),
      byDependency: largest(retries.loneMs),
    },
    {
      ...EMPTY,
      kind: "failed_attempts",
      label: "first attempts that failed",
      agentSeconds: secondsOf(failedMs),
      attempts: measuring.dependencies.all().reduce((sum, tally) => sum + tally.failedFirsts, 0),
      byDependency: largest(failedMs),
    },
    driftBar(measuring),
    loopBar(loops),
    {
      ...EMPTY,
      kind: "cut_work",
      label: "servers working for nobody",
      serverSeconds: rounded(cutSeconds),
      attempts: cuts.reduce((sum, { attempts }) => sum + attempts, 0),
      money: sumOf(cuts.map(({ cost }) => cost.money.amount)),
      certainty: cuts.every(({ certainty }) => certainty === "confirmed") ? "confirmed" : "likely",
    },
  ];
  const taken = bars.reduce((sum, { agentSeconds }) => sum + agentSeconds, 0);
  const { attempts } = measuring.totals;
  const attemptsTaken = bars.reduce((sum, bar) => sum + bar.attempts, 0);
  return [
    ...bars
      .filter((bar) => bar.attempts > 0 || bar.agentSeconds > 0 || bar.serverSeconds > 0)
      .toSorted((a, b) => b.agentSeconds - a.agentSeconds || b.serverSeconds - a.serverSeconds),
    {
      ...EMPTY,
      kind: "useful",
      label: "all else: useful work",
      agentSeconds: rounded(Math.max(0, totalSeconds - taken)),
      attempts: Math.max(0, attempts - attemptsTaken),
      byDependency: [],
    },
  ];
}

const EMPTY: CostBar = {
  kind: "",
  label: "",
  agentSeconds: 0,
  serverSeconds: 0,
  attempts: 0,
  tokens: 0,
  money: null,
  certainty: "confirmed",
  byDependency: [],
};

/** Good first attempts in drift, beyond what they take on average out of it; of dependencies that drifted only. */
function driftBar({ workflows, troubles }: Measuring): CostBar {
  const excessMs = new Map<string, number>();
  for (const { inDrift, outOfDrift } of workflows.all()) {
    if (inDrift.runs === 0 || outOfDrift.runs === 0) continue;
    for (const [dependency, ms] of inDrift.goodMs) {
      if (!troubles.isTroubledEver(dependency)) continue;
      const usualMs = ((outOfDrift.goodMs.get(dependency) ?? 0) / outOfDrift.runs) * inDrift.runs;
      if (ms > usualMs) excessMs.set(dependency, (excessMs.get(dependency) ?? 0) + ms - usualMs);
    }
  }
  return {
    ...EMPTY,
    kind: "drift_excess",
    label: "waiting longer because a dependency drifted",
    agentSeconds: secondsOf(excessMs),
    certainty: "likely",
    byDependency: largest(excessMs),
  };
}

function loopBar(loops: Measurement["loops"]): CostBar {
  const ms = new Map<string, number>();
  for (const { dependency, cost } of loops)
    ms.set(dependency, (ms.get(dependency) ?? 0) + cost.agentSeconds * 1_000);
  return {
    ...EMPTY,
    kind: "loops",
    label: "the same again and again",
    agentSeconds: secondsOf(ms),
    attempts: loops.reduce((sum, { cost }) => sum + cost.attempts, 0),
    money: sumOf(loops.map(({ cost }) => cost.money.amount)),
    certainty: "likely",
    byDependency: largest(ms),
  };
}

function secondsOf(ms: ReadonlyMap<string, number>): number {
  return rounded([...ms.values()].reduce((sum, one) => sum + one, 0) / 1_000);
}

function largest(ms: ReadonlyMap<string, number>): CostBar["byDependency"] {
  return [...ms]
    .map(([dependency, one]) => ({ dependency, agentSeconds: rounded(one / 1_000) }))
    .filter(({ agentSeconds }) => agentSeconds > 0)
    .toSorted((a, b) => b.agentSeconds - a.agentSeconds || (a.dependency < b.dependency ? -1 : 1))
    .slice(0, SHOWN_MAX);
}

function sumOf(amounts: readonly (number | null)[]): number | null {
  const known = amounts.filter((amount) => amount !== null);
  return known.length === 0
    ? null
    : rounded(
        known.reduce((sum, amount) => sum + amount, 0),
        6,
      );
}
