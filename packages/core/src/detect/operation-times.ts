import type { HistogramData } from "../signals/histogram.ts";
import { bucketsOf } from "./histogram-moments.ts";
import { memberOf, numbersOf } from "./parsed-state.ts";

/** Operations whose usual time is kept, the first that come: a dependency with more is told apart enough. */
const OPERATIONS_MAX = 128;
/** With fewer calls than this, an operation has no usual time. */
const CALLS_MIN = 5;
/** Memory in calls. */
const MEMORY_CALLS = 2_000;
/** The least spread of log time that is believed: a call half as long again as usual is one standard deviation off at most. */
const SPREAD_MIN = 0.4;
/** One call counts up to this many standard deviations, and a learned one up to three: tails are heavy. */
const Z_MAX = 4;
const WINSOR = 3;
/** Whatever the spread, less than this much longer is nobody's trouble. */
export const EXCESS_S_MIN = 0.01;
const Z_NO_TROUBLE = 0.5;

interface Usual {
  calls: number;
  location: number;
  /** Sum of squared deviations, as Welford's recurrence keeps it. */
  squares: number;
}

/** Sums over calls, so that windows add up. */
export interface TimesCompared {
  readonly calls: number;
  /** Standard deviations from the usual time of each call's own operation. */
  readonly z: number;
  /** Logarithm of time over usual time. */
  readonly log: number;
  readonly usualS: number;
  readonly excessS: number;
}

/**
 * What each operation's calls usually take, so that a change in what is asked for is no change in how fast it is answered:
 *
 *     z = (log time − mean) / √((variance + 0.4²) · (1 + 1/n))        cut at ±4; at most 0.5 within 10 ms of the usual
 *
 * (1 + 1/n) is the uncertainty of a mean that itself was taken over n calls. From five calls on, an operation can be judged.
 */
export class OperationTimes {
  readonly #usual = new Map<string, Usual>();

  compare(times: ReadonlyMap<string, HistogramData>): TimesCompared {
    const sums = { calls: 0, z: 0, log: 0, usualS: 0, excessS: 0 };
    for (const [operation, histogram] of times) {
      const usual = this.#usual.get(operation);
      if (!usual || usual.calls < CALLS_MIN) continue;
      const spread = spreadOf(usual);
      const usualS = Math.exp(usual.location);
      for (const [value, count] of bucketsOf(histogram)) {
        const log = Math.log(value) - usual.location;
        const z = Math.min(Z_MAX, Math.max(-Z_MAX, log / spread));
        const excessS = value - usualS;
        sums.calls += count;
        sums.z += count * (excessS < EXCESS_S_MIN ? Math.min(z, Z_NO_TROUBLE) : z);
        sums.log += count * log;
        sums.usualS += count * usualS;
        sums.excessS += count * excessS;
      }
    }
    return sums;
  }

  /** `pace` below 1 learns more slowly. */
  learn(times: ReadonlyMap<string, HistogramData>, pace: number): void {
    for (const [operation, histogram] of times) {
      const usual = this.#usual.get(operation) ?? { calls: 0, location: 0, squares: 0 };
      if (usual.calls === 0 && this.#usual.size >= OPERATIONS_MAX) continue;
      this.#usual.set(operation, usual);
      for (const [value, count] of bucketsOf(histogram))
        learnCalls(usual, Math.log(value), { count, pace });
    }
  }

  state(): unknown {
    return { operations: [...this.#usual].map(([operation, usual]) => ({ operation, ...usual })) };
  }

  restore(state: unknown): void {
    const operations = memberOf(state, "operations");
    if (!Array.isArray(operations)) return;
    this.#usual.clear();
    for (const entry of operations.slice(0, OPERATIONS_MAX)) {
      const operation = memberOf(entry, "operation");
      const usual = numbersOf(entry, ["calls", "location", "squares"]);
      if (typeof operation === "string" && usual) this.#usual.set(operation, usual);
    }
  }
}

function spreadOf({ calls, squares }: Usual): number {
  const variance = squares / Math.max(1, calls - 1);
  return Math.sqrt((variance + SPREAD_MIN ** 2) * (1 + 1 / calls));
}

/**
 * So many calls of one time, in two steps whatever their number, so that a tick costs no more under more traffic. With q what is left of
 * the deviation d from the mean, calls / (calls + n · pace) until the memory is full and (1 − pace / 2000)^n from then on,
 *
 *     mean    ← mean + (1 − q) · d
 *     squares ← kept + calls after · q · (1 − q) · d²
 *
 * which is what n single steps come to where d is not cut. Where it is, it is cut for all of them at once, by the spread before them.
 */
function learnCalls(usual: Usual, log: number, { count, pace }: Weight): void {
  let left = count;
  for (; left > 0 && usual.calls < CALLS_MIN; left -= 1) learnCall(usual, log, pace);
  const filling = Math.min(left, Math.floor((MEMORY_CALLS - usual.calls) / pace));
  if (filling > 0) {
    const calls = usual.calls + filling * pace;
    learnPart(usual, log, { calls, left: usual.calls / calls, kept: 1 });
  }
  if (left > filling) {
    const q = (1 - pace / MEMORY_CALLS) ** (left - filling);
    learnPart(usual, log, { calls: MEMORY_CALLS, left: q, kept: q });
  }
}

interface Weight {
  readonly count: number;
  readonly pace: number;
}

function learnPart(
  usual: Usual,
  log: number,
  { calls, left, kept }: { readonly calls: number; readonly left: number; readonly kept: number },
): void {
  const bound = WINSOR * spreadOf(usual);
  const deviation = Math.min(bound, Math.max(-bound, log - usual.location));
  usual.calls = calls;
  usual.location += (1 - left) * deviation;
  usual.squares = kept * usual.squares + calls * left * (1 - left) * deviation ** 2;
}

/** One of the first few calls of an operation: there is no spread yet to cut by. */
function learnCall(usual: Usual, log: number, pace: number): void {
  const deviation = log - usual.location;
  const calls = usual.calls + pace;
  const gain = pace / Math.max(1, calls);
  usual.calls = calls;
  usual.location += gain * deviation;
  usual.squares += pace * (1 - gain) * deviation ** 2;
}
