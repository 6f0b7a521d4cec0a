import type { HistogramData } from "../signals/histogram.ts";
import type { Sample } from "./baseline.ts";
import type { DependencyWindow } from "./dependency-window.ts";
import { gammaCdf } from "./gamma-distribution.ts";
import { memberOf, numbersOf } from "./parsed-state.ts";
import { Survival } from "./survival.ts";

/** Windows in which hardly anything was open or ended say nothing of how fast calls end. */
const EXPECTED_MIN = 0.05;

/**
 * Whether calls end as often as their ages say they should:
 *
 *     expected = Σ over all calls, open and ended, of the growth of −log S0(age) in this window
 *     sample   = log((expected + 1) / (endings + 1)),  its count `expected` (a martingale's variance is its compensator)
 *
 * Time-outs and cancellations are censored: they count as survived, not as endings. The + 1 keeps one call from deciding.
 */
export class Endings {
  readonly #survival = new Survival();
  /** Σ −log S0(age) over the calls open at the last window's end. */
  #hazardOpen: number | undefined;

  observe(window: DependencyWindow): Sample | undefined {
    const survival = this.#survival;
    if (!survival.isReady) return undefined;
    const before = this.#hazardOpen;
    this.#hazardOpen = survival.hazardSum(window.ages);
    if (before === undefined) return undefined;
    const ended = survival.hazardSum(window.latency) + survival.hazardSum(window.latencyFailed);
    // A process that goes away takes its open calls with it, which would count as endings never expected.
    const expected = Math.max(0, this.#hazardOpen - before + ended);
    const { ok, error, throttled } = window.outcomes;
    const endings = ok + error + throttled;
    if (endings === 0 && expected < EXPECTED_MIN) return undefined;
    const value = Math.log((expected + 1) / (endings + 1));
    return { value, count: expected + 1, variance: 1, covariate: Math.log1p(window.inFlight) };
  }

  /**
   * Whether those open have been so for so long, all together, as by chance they are once in `runLength` windows: each hazard is
   * exponential, their sum over n calls Gamma(n). What took long and has ended does not count.
   */
  isOpenTooLong(ages: HistogramData | undefined, runLength: number): boolean {
    if (!ages || !this.#survival.isReady) return false;
    const hazard = this.#survival.hazardSumBelieved(ages);
    return hazard > 0 && 1 - gammaCdf(hazard, ages.count, 1) < 1 / runLength;
  }

  /** Durations of calls that ended well while nothing was wrong. */
  learn(durations: HistogramData): void {
    this.#survival.learn(durations);
  }

  state(): unknown {
    return { survival: this.#survival.state(), hazardOpen: this.#hazardOpen ?? null };
  }

  restore(state: unknown): void {
    this.#survival.restore(memberOf(state, "survival"));
    this.#hazardOpen = numbersOf(state, ["hazardOpen"])?.hazardOpen;
  }
}
