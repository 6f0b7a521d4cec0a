import { numbersOf } from "./parsed-state.ts";
import { likelihoodThreshold } from "./run-length.ts";

export interface BernoulliCusumOptions {
  /** Windows until a false alarm. */
  readonly runLength: number;
  /** Share of bad trials that the chart is best at. */
  readonly shareBad: number;
  /** Share of bad trials that is not well yet. */
  readonly shareRecovering: number;
  /** Chance that it says well again although the share is still `shareRecovering`. */
  readonly recoveryError: number;
}

/**
 * CUSUM of the log-likelihood ratio of bad trials (M. R. Reynolds and Z. G. Stoumbos, 1999), with its mirror for the way back:
 *
 *     llr(p) = (bad · log(p/p0) + good · log((1−p)/(1−p0))) / dispersion      p0 the usual share
 *     up   ← max(0, up + llr(shareBad))            bad  when up   > log(ARL)                  (Lorden's bound)
 *     down ← max(0, down − llr(shareRecovering))   well when down > log(1 / recoveryError)    (Wald's bound)
 *
 * `dispersion` ≥ 1 is by how much the variance of bad trials exceeds a binomial's: errors come in clumps (quasi-likelihood,
 * McCullagh and Nelder).
 */
export class BernoulliCusum {
  readonly #shareBad: number;
  readonly #shareRecovering: number;
  readonly #thresholdUp: number;
  readonly #thresholdDown: number;
  #up = 0;
  #down = 0;
  #isBad = false;

  constructor({ runLength, shareBad, shareRecovering, recoveryError }: BernoulliCusumOptions) {
    this.#shareBad = shareBad;
    this.#shareRecovering = shareRecovering;
    this.#thresholdUp = likelihoodThreshold(runLength);
    this.#thresholdDown = Math.log(1 / recoveryError);
  }

  get isBad(): boolean {
    return this.#isBad;
  }

  /** For who learns the usual share beside it. */
  get stage(): "at zero" | "excursion" | "alarm" {
    if (this.#isBad) return "alarm";
    return this.#up > 0 ? "excursion" : "at zero";
  }

  /** Returns whether it stands at bad after these trials, of which `shareUsual` are bad when all is well. */
  observe(bad: number, good: number, shareUsual: number, dispersion = 1): boolean {
    const llr = (share: number) =>
      logLikelihoodRatio(bad, good, share, shareUsual) / Math.max(1, dispersion);
    if (this.#isBad) {
      this.#down = Math.max(0, this.#down - llr(this.#shareRecovering));
      if (this.#down > this.#thresholdDown) this.reset();
    } else {
      this.#up = Math.max(0, this.#up + llr(this.#shareBad));
      if (this.#up > this.#thresholdUp) this.#alarm();
    }
    return this.#isBad;
  }

  reset(): void {
    this.#up = 0;
    this.#down = 0;
    this.#isBad = false;
  }

  state(): unknown {
    return { up: this.#up, down: this.#down, isBad: Number(this.#isBad) };
  }

  restore(state: unknown): void {
    const numbers = numbersOf(state, ["up", "down", "isBad"]);
    if (!numbers) return;
    this.#up = numbers.up;
    this.#down = numbers.down;
    this.#isBad = numbers.isBad === 1;
  }

  #alarm(): void {
    this.#isBad = true;
    this.#up = 0;
    this.#down = 0;
  }
}

function logLikelihoodRatio(bad: number, good: number, share: number, shareUsual: number): number {
  // Where much is usually bad, the chart must look for more than that: at least the odds of the usual share times four.
  const odds = (shareUsual / (1 - shareUsual)) * 4;
  const p1 = Math.max(share, odds / (1 + odds));
  return bad * Math.log(p1 / shareUsual) + good * Math.log((1 - p1) / (1 - shareUsual));
}
