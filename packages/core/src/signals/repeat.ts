import { spacingCvMax, SPACING_CV_MAX } from "./evenness.ts";
import type { Outcome } from "./outcome.ts";

const PERIOD_MAX = 4;

/** Fewer cycles than this are no repetition worth telling, however even. */
export const CYCLES_MIN = 3;

/**
 * Clocks may tell whole milliseconds only, which makes pauses of a few of them look even. A pause has two ends, each
 * rounded with a variance of 1/12 ms².
 */
const ROUNDING_VARIANCE_MS2 = 2 / 12;

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
 * The evenly spaced repetition that a sequence of calls is in, if any. For each period p from 1 to 4:
 *
 *     cycles = 1 + pauses,   pauses = whole cycles in a row that equal the one before in what was called and how it ended
 *
 * Anything else in between ends the repetition, and a pause that makes the spacing uneven begins it anew: what was irregular
 * once may become a loop. It is told from the cycle on at which its evenness is no chance any more (`evenness.ts`). Pauses
 * are counted for whole cycles, so they do not overlap and chance has a law; a cycle that is a shorter one twice over is
 * the shorter one.
 *
 * Memory is the last four calls and four running variances, however long the sequence is.
 */
export class Repeat {
  readonly #steps: Step[] = [];
  readonly #runs: readonly Run[] = Array.from({ length: PERIOD_MAX }, (_, index) => ({
    period: index + 1,
    length: 0,
    pauses: 0,
    mean: 0,
    m2: 0,
  }));
  #count = 0;

  /** The longest repetition that this call continues. */
  observe(
    symbol: string,
    digest: number,
    outcome: Outcome,
    startMs: number,
  ): Repetition | undefined {
    let longest: Run | undefined;
    for (const run of this.#runs) {
      this.#advance(run, symbol, digest, outcome, startMs);
      if (run.pauses <= (longest?.pauses ?? CYCLES_MIN - 2)) continue;
      if (!this.#isShorterTwice(run) && isNoChance(run)) longest = run;
    }
    this.#push(symbol, digest, outcome, startMs);
    return longest && { cycles: 1 + longest.pauses, periodMs: longest.mean };
  }

  #advance(run: Run, symbol: string, digest: number, outcome: Outcome, startMs: number): void {
    const { period } = run;
    const before =
      this.#count >= period ? this.#steps[(this.#count - period) % PERIOD_MAX] : undefined;
    const isSame =
      before?.symbol === symbol && before.digest === digest && before.outcome === outcome;
    if (before === undefined || !isSame) {
      run.length = 0;
      forgetPauses(run);
      return;
    }
    run.length += 1;
    if (run.length % period === 0) addPause(run, startMs - before.startMs);
  }

  /** "abab" repeats "ab" and not "abab": the longer period would have the same evenness for fewer pauses. */
  #isShorterTwice({ period, length }: Run): boolean {
    const shorter = this.#runs[(period === 4 ? 2 : 1) - 1]!;
    return shorter.period < period && shorter.length >= length;
  }

  #push(symbol: string, digest: number, outcome: Outcome, startMs: number): void {
    const step = this.#steps[this.#count % PERIOD_MAX];
    if (step === undefined) {
      this.#steps.push({ symbol, digest, outcome, startMs });
    } else {
      step.symbol = symbol;
      step.digest = digest;
      step.outcome = outcome;
      step.startMs = startMs;
    }
    this.#count += 1;
  }
}

function addPause(run: Run, pauseMs: number): void {
  welford(run, pauseMs);
  if (run.pauses === 1 || spacingCv(run) <= SPACING_CV_MAX) return;
  forgetPauses(run);
  welford(run, pauseMs);
}

function welford(run: Run, pauseMs: number): void {
  run.pauses += 1;
  const delta = pauseMs - run.mean;
  run.mean += delta / run.pauses;
  run.m2 += delta * (pauseMs - run.mean);
}

function forgetPauses(run: Run): void {
  run.pauses = 0;
  run.mean = 0;
  run.m2 = 0;
}

function isNoChance(run: Run): boolean {
  return spacingCv(run) <= spacingCvMax(run.period, run.pauses);
}

/** Infinite where all start in one instant, or not in the order in which they end: that is a fan-out, no repetition. */
function spacingCv({ pauses, mean, m2 }: Run): number {
  if (mean <= 0) return Number.POSITIVE_INFINITY;
  return Math.sqrt(m2 / pauses + ROUNDING_VARIANCE_MS2) / mean;
}
