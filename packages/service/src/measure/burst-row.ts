import type { AttemptCell } from "./attempt-cell.ts";
import type { Burst } from "./bursts.ts";
import { CostTally, rounded } from "./cost-tally.ts";
import type { Measurement } from "./measurement.ts";
import { coherenceOf, Participants } from "./participants.ts";
import type { Prices } from "./prices.ts";
import type { RetryLog } from "./retry-log.ts";
import type { Storm } from "./trouble-log.ts";
import type { Timeline } from "./timeline.ts";

export type BurstRow = Measurement["bursts"][number];

const TOP_AGENTS = 8;
const RUNS_MAX = 1_000;
/** A burst is looked at in so many buckets, but none finer than clocks and networks are, nor coarser than a wave of retries. */
const BUCKETS = 20;
const BUCKET_MS_MIN = 50;
const BUCKET_MS_MAX = 1_000;

export interface BurstContext {
  readonly dependency: string;
  readonly log: RetryLog;
  readonly attempts: Timeline<AttemptCell>;
  readonly prices: Prices;
  readonly storms: readonly Storm[];
}

export function burstRow(burst: Burst, context: BurstContext): BurstRow {
  const { log, dependency, prices } = context;
  const { rows, fromMs, toMs, chance } = burst;
  const participants = new Participants(rows, log);
  const ranked = participants.ranked(rows);
  const bucketMs = Math.min(
    BUCKET_MS_MAX,
    Math.max(BUCKET_MS_MIN, Math.ceil((toMs - fromMs) / BUCKETS)),
  );
  const bucketOf = (row: number): number => Math.floor((log.startMs[row]! - fromMs) / bucketMs);
  const buckets = Math.floor((toMs - fromMs) / bucketMs) + 1;
  const coherence = coherenceOf(ranked, bucketOf, buckets);
  const started = startedIn(context.attempts, fromMs, toMs);
  return {
    dependency,
    fromMs,
    toMs,
    retries: rows.length,
    attempts: Math.max(started.attempts, rows.length),
    failed: started.failed,
    agents: new Set(rows.map((row) => log.agent[row])).size,
    runs: Math.min(RUNS_MAX, new Set(rows.map((row) => log.run[row])).size),
    topAgents: ranked.slice(0, TOP_AGENTS).map((own) => ({
      agent: participants.nameOf(own[0]!),
      retries: own.length,
    })),
    coherence: coherence === null ? null : rounded(coherence, 2),
    spreadMs: rounded(spreadOf(rows, log)),
    bucketMs,
    reproduction: reproductionIn(context, fromMs, toMs),
    chance,
    cost: costOf(rows, log).row(prices),
    certainty: rows.every((row) => log.isSure[row] === 1) ? "confirmed" : "likely",
  };
}

export function costOf(rows: readonly number[], log: RetryLog): CostTally {
  const cost = new CostTally();
  for (const row of rows) {
    cost.agentMs += log.costMs[row]!;
    cost.addMoney(Number.isNaN(log.money[row]!) ? undefined : log.money[row]!);
  }
  cost.attempts = rows.length;
  return cost;
}

/** Whole buckets of the timeline that the burst reaches into. */
function startedIn(timeline: Timeline<AttemptCell>, fromMs: number, toMs: number): AttemptCell {
  const sum = { attempts: 0, retries: 0, failed: 0 };
  const { widthMs } = timeline;
  for (let bucket = Math.floor(fromMs / widthMs); bucket * widthMs <= toMs; bucket += 1) {
    const cell = timeline.get(bucket * widthMs);
    sum.attempts += cell?.attempts ?? 0;
    sum.failed += cell?.failed ?? 0;
  }
  return sum;
}

function spreadOf(rows: readonly number[], log: RetryLog): number {
  const meanMs = rows.reduce((sum, row) => sum + log.startMs[row]! / rows.length, 0);
  const variance = rows.reduce(
    (sum, row) => sum + (log.startMs[row]! - meanMs) ** 2 / rows.length,
    0,
  );
  return Math.sqrt(variance);
}

/** The engine's own number, where it called this a storm: at its highest. */
function reproductionIn(
  { dependency, storms }: BurstContext,
  fromMs: number,
  toMs: number,
): BurstRow["reproduction"] {
  const [highest] = storms
    .filter((storm) => storm.dependency === dependency)
    .filter((storm) => storm.fromMs <= toMs && storm.toMs >= fromMs)
    .toSorted((a, b) => b.mean - a.mean);
  if (highest === undefined) return null;
  const { mean, low, high } = highest;
  return { mean: rounded(mean, 2), low: rounded(low, 2), high: rounded(high, 2) };
}
