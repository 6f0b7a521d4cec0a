import { spacingCvMax, SPACING_CV_MAX } from "./evenness.ts";
import { isFailure } from "./failures.ts";
import type { Outcome } from "./outcome.ts";

/** A power of two, so that the ring of the last calls is found by a mask. */
const PERIOD_MAX = 4;
const RING_MASK = PERIOD_MAX - 1;

/** Fewer cycles than this are no repetition worth telling, however even. */
export const CYCLES_MIN = 3;

/**
 * Clocks may tell whole milliseconds only, which makes pauses of a few of them look even. A pause has two ends, each
 * rounded with a variance of 1/12 ms².
 */
const ROUNDING_VARIANCE_MS2 = 2 / 12;

/** The rounding alone makes shorter pauses too uneven to tell. */
const PAUSE_MS_MIN = Math.sqrt(ROUNDING_VARIANCE_MS2) / SPACING_CV_MAX;

export interface Repetition {
  readonly cycles: number;
  /** Mean time from cycle to cycle. */
  readonly periodMs: number;
}

interface Step {
  symbol: string;
  digest: number;
  outcome: Outcome;
  startMs: number;
}

interface Run {
  readonly period: number;
  /** Steps that equal the one a period before, in a row. */
  length: number;
  /** Pauses between whole cycles that are even so far: their number, mean and sum of squared deviations (Welford). */
  pauses: number;
  mean: number;
  m2: number;
}

/**
 * The repetition that a sequence of calls is in, if any. For each period p from 1 to 4:
 *
 *     cycles = 1 + whole cycles in a row that equal the one before in what was called and how it ended
 *
 * Anything else in between ends it. It is told where it is no chance, of which there are two proofs:
 *
 * - The spacing: from the cycle on at which its evenness is no chance any more (`evenness.ts`). A pause that makes it uneven
 *   begins it anew: what was irregular once may become a loop. Pauses are counted for whole cycles, so they do not
 *   overlap and chance has a law; a cycle that is a shorter one twice over is the shorter one.
 * - The arguments: from the third time on where they were compared, were the same and the call failed each time, however
 *   uneven, and whatever else the cycle holds: an agent asks its model between two tries. What works may be asked again for a
 *   reason; what failed twice will hardly do better for being asked the same.
 *
 * Memory is the last four calls and four running variances, however long the sequence is.
 */
export class Repeat {
  readonly #steps: Step[] = [];
  /** Made by the second call: most sequences have only one, and there is one sequence for each unit of work. */
  #runs: readonly Run[] = [];
  #count = 0;

  /** The longest repetition that this call continues. */
  observe(
    symbol: string,
    digest: number,
    outcome: Outcome,
    startMs: number,
  ): Repetition | undefined {
    let longest: Run | undefined;
    let cycles = CYCLES_MIN - 1;
    if (this.#runs.length === 0 && this.#steps.length > 0) this.#runs = newRuns();
    for (const run of this.#runs) {
      const before = this.#steps[(this.#count - run.period) & RING_MASK];
      if (before?.symbol !== symbol || before.digest !== digest || before.outcome !== outcome) {
        if (run.length > 0) end(run);
        continue;
      }
      advance(run, startMs - before.startMs);
      if (run.length <= run.period) continue;
      const told = Math.max(cyclesOfEven(run), cyclesOfSame(run, digest, outcome));
      if (told <= cycles || this.#isShorterTwice(run)) continue;
      longest = run;
      cycles = told;
    }
    this.#keep(symbol, digest, outcome, startMs);
    this.#count = (this.#count + 1) & RING_MASK;
    return longest && { cycles, periodMs: longest.mean };
  }

  #keep(symbol: string, digest: number, outcome: Outcome, startMs: number): void {
    const step = this.#steps[this.#count];
    if (step === undefined) {
      this.#steps.push({ symbol, digest, outcome, startMs });
      return;
    }
    step.symbol = symbol;
    step.digest = digest;
    step.outcome = outcome;
    step.startMs = startMs;
  }

  /** "abab" repeats "ab" and not "abab": the longer period would have the same evenness for fewer pauses. */
  #isShorterTwice({ period, length }: Run): boolean {
    const shorter = this.#runs[(period === 4 ? 2 : 1) - 1]!;
    return shorter.period < period && shorter.length >= length;
  }
}

function newRuns(): readonly Run[] {
  return Array.from({ length: PERIOD_MAX }, (_, index) => ({
    period: index + 1,
    length: 0,
    pauses: 0,
    mean: 0,
    m2: 0,
  }));
}

function advance(run: Run, pauseMs: number): void {
  run.length += 1;
  if (run.length % run.period === 0) addPause(run, pauseMs);
}

function addPause(run: Run, pauseMs: number): void {
  if (run.pauses > 0) {
    welford(run, pauseMs);
    if (isEven(run, SPACING_CV_MAX)) return;
  }
  run.pauses = 1;
  run.mean = pauseMs;
  run.m2 = 0;
}

function welford(run: Run, pauseMs: number): void {
  run.pauses += 1;
  const delta = pauseMs - run.mean;
  run.mean += delta / run.pauses;
  run.m2 += delta * (pauseMs - run.mean);
}

function end(run: Run): void {
  run.length = 0;
  run.pauses = 0;
  run.mean = 0;
  run.m2 = 0;
}

/** 0 where chance may have made the spacing. */
function cyclesOfEven(run: Run): number {
  const cycles = 1 + run.pauses;
  return cycles >= CYCLES_MIN && isEven(run, spacingCvMax(run.period, run.pauses)) ? cycles : 0;
}

/** 0 where the arguments were not compared, or the call did not fail. The cycle that has just begun counts. */
function cyclesOfSame({ period, length, mean }: Run, digest: number, outcome: Outcome): number {
  if (digest === 0 || mean < PAUSE_MS_MIN || !isFailure(outcome)) return 0;
  return 1 + Math.ceil(length / period);
}

/**
 * Whether the coefficient of variation is at most this: √(m2 / pauses + rounding) ≤ cvMax · mean, squared. Never where all start
 * in one instant, or not in the order in which they end: that is a fan-out, no repetition.
 */
function isEven({ pauses, mean, m2 }: Run, cvMax: number): boolean {
  if (mean < PAUSE_MS_MIN) return false;
  const deviationMax = cvMax * mean;
  return m2 + pauses * ROUNDING_VARIANCE_MS2 <= pauses * deviationMax * deviationMax;
}
