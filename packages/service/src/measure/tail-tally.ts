import { rounded } from "./cost-tally.ts";
import type { Measurement } from "./measurement.ts";

export type TailSide = Measurement["workflows"][number]["tail"]["inDrift"];

/** 16 buckets an octave: 4.4 % wide. */
const PER_OCTAVE = 16;
const PARTS_MAX = 64;
/** Time of the unit of work in which no call was open. */
export const AGENT_PART = "agent";

interface Bucket {
  runs: number;
  ms: number;
  readonly parts: Map<string, number>;
}

/**
 * Where runs spent their time, by how long they took: which of them are the slowest is only known at the end, so each is added to
 * the bucket of its duration, and the slow buckets are summed up then.
 */
export class TailTally {
  readonly #buckets = new Map<number, Bucket>();

  add(durationMs: number, parts: ReadonlyMap<string, number>): void {
    const index = indexOf(durationMs);
    let bucket = this.#buckets.get(index);
    if (bucket === undefined) {
      bucket = { runs: 0, ms: 0, parts: new Map() };
      this.#buckets.set(index, bucket);
    }
    bucket.runs += 1;
    bucket.ms += durationMs;
    for (const [part, ms] of parts) addPart(bucket.parts, part, ms);
  }

  /** Runs that took at least so long, to the width of a bucket. */
  above(durationMs: number): TailSide {
    const least = indexOf(durationMs);
    const parts = new Map<string, number>();
    let [runs, ms] = [0, 0];
    for (const [index, bucket] of this.#buckets) {
      if (index < least) continue;
      runs += bucket.runs;
      ms += bucket.ms;
      for (const [part, partMs] of bucket.parts) addPart(parts, part, partMs);
    }
    if (runs === 0) return null;
    const whole = Math.max(
      Number.MIN_VALUE,
      [...parts.values()].reduce((sum, partMs) => sum + partMs, 0),
    );
    return {
      runs,
      runMeanMs: rounded(ms / runs),
      parts: [...parts]
        .map(([dependency, partMs]) => ({
          dependency,
          share: rounded(partMs / whole, 4),
          meanMs: rounded(partMs / runs),
        }))
        .toSorted((a, b) => b.meanMs - a.meanMs || (a.dependency < b.dependency ? -1 : 1))
        .slice(0, PARTS_SHOWN),
    };
  }
}

const PARTS_SHOWN = 12;

function addPart(parts: Map<string, number>, part: string, ms: number): void {
  const name = parts.has(part) || parts.size < PARTS_MAX ? part : "others";
  parts.set(name, (parts.get(name) ?? 0) + ms);
}

function indexOf(ms: number): number {
  return ms <= 0 ? Number.NEGATIVE_INFINITY : Math.floor(Math.log2(ms) * PER_OCTAVE);
}
