import { grouped } from "./grouped.ts";
import type { RetryLog } from "./retry-log.ts";

/** Fewer agents than this cannot be said to act in step with each other. */
const AGENTS_MIN = 3;
/** Of a trace's id: enough to find it again. */
const TRACE_DIGITS = 8;

/**
 * Who retried: agents, or, where fewer than three agents did, units of work: a hundred runs of one agent are a hundred that may
 * act in step.
 */
export class Participants {
  readonly are: "agents" | "runs";
  readonly #log: RetryLog;

  constructor(rows: readonly number[], log: RetryLog) {
    this.#log = log;
    const agents = new Set(rows.map((row) => log.agent[row]));
    this.are = agents.size >= AGENTS_MIN ? "agents" : "runs";
  }

  of(row: number): number {
    return this.are === "agents" ? this.#log.agent[row]! : this.#log.run[row]!;
  }

  nameOf(row: number): string {
    const agent = this.#log.agents.nameOf(this.#log.agent[row]!);
    if (this.are === "agents") return agent;
    return `${agent} ${this.#log.traceOf(this.#log.run[row]!).slice(0, TRACE_DIGITS)}`;
  }

  /** Rows by participant: the most rows first, then by first row. */
  ranked(rows: readonly number[]): readonly (readonly number[])[] {
    return [...grouped(rows, (row) => this.of(row)).values()].toSorted(
      (a, b) => b.length - a.length || this.#log.startMs[a[0]!]! - this.#log.startMs[b[0]!]!,
    );
  }
}

/**
 * How much they act in step: Var(Σ x) / Σ Var(x) over buckets of equal width, of each one's count x. 1: independent; N: N of them
 * in lock-step. Null where there are too few buckets or participants for a variance to mean anything.
 */
export function coherenceOf(
  ranked: readonly (readonly number[])[],
  bucketOf: (row: number) => number,
  buckets: number,
): number | null {
  if (buckets < 3 || ranked.length < AGENTS_MIN) return null;
  const total = Array.from({ length: buckets }, () => 0);
  let parts = 0;
  for (const rows of ranked) {
    const counts = new Map<number, number>();
    for (const row of rows) {
      const bucket = bucketOf(row);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
      total[bucket] = (total[bucket] ?? 0) + 1;
    }
    parts += varianceOf(counts.values(), rows.length, buckets);
  }
  return parts > 0 ? varianceOf(total, sumOf(total), buckets) / parts : null;
}

/** Of `buckets` numbers, of which those that are 0 may be left out. */
function varianceOf(counts: Iterable<number>, sum: number, buckets: number): number {
  let squares = 0;
  for (const count of counts) squares += count * count;
  return squares / buckets - (sum / buckets) ** 2;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
