import { grouped } from "./grouped.ts";
import { binomialTailMax } from "./binomial-tail.ts";
import type { AttemptCell } from "./attempt-cell.ts";
import type { RetryLog } from "./retry-log.ts";
import type { Timeline } from "./timeline.ts";

/** Both are looked at: a pulse is over in a second, a slow provider's retries come a few a second for long. */
const FINE_MS = 1_000;
const COARSE_MS = 10_000;
/** Chance over all bins of a recording together, below which a bin is no chance. */
const CHANCE_MAX = 1e-3;
const PARTICIPANTS_MIN = 3;
const RETRIES_MIN = 3;
/** Bins apart by less are one burst: retries of one cause come in waves, a pause apart. */
const JOIN_MS = 10_000;
/** The usual share of retries is the middle one of so many stretches of the recording. */
const STRETCHES = 16;
const USUAL_MIN = 0.01;
/** A dependency of whose attempts more than this are retries all the time is no base to compare with. */
const USUAL_MAX = 0.2;

export interface Burst {
  /** In order of time. */
  readonly rows: readonly number[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly chance: number;
}

/**
 * Which retries of a dependency came together. Alone, each attempt in a bin is a retry with the dependency's usual share p, so
 *
 *     P(X ≥ r) ≤ exp(−m · KL(r/m ‖ p))        r retries among the m attempts that started in the bin
 *
 * A bin is no chance where this times the number of bins is below 1e-3 and three units of work take part. It is conditioned on the
 * attempts, so a rush hour is no burst. p is the middle of sixteen stretches' shares, between 1 % and 20 %: a storm that fills less
 * than half of the recording does not raise what it is compared with.
 *
 * Bins up to ten seconds apart are one burst; all retries from its first to its last are its.
 */
export function burstsOf(
  rows: readonly number[],
  log: RetryLog,
  attempts: Timeline<AttemptCell>,
): readonly Burst[] {
  const usual = usualShare(attempts);
  const fine = unusualBins(rows, { log, attempts, binMs: FINE_MS, usual });
  // Where the fine bins have told of it, a coarse one would only add what lies around.
  const coarse = unusualBins(rows, { log, attempts, binMs: COARSE_MS, usual }).filter(
    ({ fromMs, toMs }) => !fine.some((bin) => bin.fromMs >= fromMs && bin.toMs <= toMs),
  );
  const joined = joinedBins([...fine, ...coarse].toSorted((x, y) => x.fromMs - y.fromMs));
  return joined.flatMap(({ fromMs, toMs, chance }) => {
    const inside = rows.slice(firstFrom(rows, log, fromMs), firstFrom(rows, log, toMs));
    const first = inside[0];
    const last = inside.at(-1);
    if (first === undefined || last === undefined) return [];
    return { rows: inside, fromMs: log.startMs[first]!, toMs: log.startMs[last]!, chance };
  });
}

interface Bin {
  readonly fromMs: number;
  readonly toMs: number;
  readonly chance: number;
}

interface Search {
  readonly log: RetryLog;
  readonly attempts: Timeline<AttemptCell>;
  readonly binMs: number;
  readonly usual: number;
}

function unusualBins(rows: readonly number[], search: Search): readonly Bin[] {
  const { log, attempts, binMs, usual } = search;
  const bins = grouped(rows, (row) => Math.floor(log.startMs[row]! / binMs));
  return [...bins].flatMap(([bin, inside]) => {
    if (inside.length < RETRIES_MIN) return [];
    if (new Set(inside.map((row) => log.run[row])).size < PARTICIPANTS_MIN) return [];
    const fromMs = bin * binMs;
    const toMs = fromMs + binMs;
    const trials = inside.length + firstAttempts(attempts, fromMs, toMs);
    const chance = Math.min(1, bins.size * binomialTailMax(inside.length, trials, usual));
    return chance < CHANCE_MAX ? { fromMs, toMs, chance } : [];
  });
}

/** Attempts that are no retries. Of a bucket that is wider than the bin, the bin's share. */
function firstAttempts(timeline: Timeline<AttemptCell>, fromMs: number, toMs: number): number {
  const { widthMs } = timeline;
  let sum = 0;
  for (let atMs = fromMs; atMs < toMs; atMs += Math.min(widthMs, toMs - fromMs)) {
    const cell = timeline.get(atMs);
    if (cell === undefined) continue;
    sum += (cell.attempts - cell.retries) * Math.min(1, (toMs - fromMs) / widthMs);
  }
  return sum;
}

function usualShare(timeline: Timeline<AttemptCell>): number {
  const entries = timeline.entries();
  const firstMs = entries[0]?.[0] ?? 0;
  const stretchMs = Math.max(
    1,
    ((entries.at(-1)?.[0] ?? 0) - firstMs + timeline.widthMs) / STRETCHES,
  );
  const stretches = grouped(entries, ([atMs]) => Math.floor((atMs - firstMs) / stretchMs));
  const shares = [...stretches.values()]
    .map((cells) => {
      const attempts = cells.reduce((sum, [, cell]) => sum + cell.attempts, 0);
      return cells.reduce((sum, [, cell]) => sum + cell.retries, 0) / Math.max(1, attempts);
    })
    .toSorted((a, b) => a - b);
  const middle = shares[Math.floor((shares.length - 1) / 2)] ?? 0;
  return Math.min(USUAL_MAX, Math.max(USUAL_MIN, middle));
}

function joinedBins(bins: readonly Bin[]): readonly Bin[] {
  const joined: Bin[] = [];
  for (const bin of bins) {
    const before = joined.at(-1);
    if (before === undefined || bin.fromMs - before.toMs > JOIN_MS) {
      joined.push(bin);
      continue;
    }
    joined[joined.length - 1] = {
      fromMs: before.fromMs,
      toMs: Math.max(before.toMs, bin.toMs),
      chance: Math.min(before.chance, bin.chance),
    };
  }
  return joined;
}

/** Where in the rows, which are in order of time, this time begins. */
function firstFrom(rows: readonly number[], log: RetryLog, ms: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (log.startMs[rows[middle]!]! < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
