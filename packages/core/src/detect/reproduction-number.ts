import { gammaCdf, gammaQuantile } from "./gamma-distribution.ts";
import type { WeightedValue } from "./histogram-moments.ts";
import { memberOf, numberArrayOf } from "./parsed-state.ts";

/** Windows back to which a retry is traced to the failure that caused it; the cap of the usual backoffs. */
const LAGS = 60;
/** Windows over which the number is estimated: longer is surer, shorter is sooner. */
const ESTIMATION_WINDOWS = 6;
/** Memory of the measured delays, in windows: five minutes. */
const DELAY_DECAY = 1 - 1 / 300;
/** Gamma prior of the retries per failure: worth half a failure, mean 1, so it decides nothing. */
const PRIOR_SHAPE = 0.5;
const PRIOR_RATE = 0.5;

export interface ReproductionWindow {
  /** Attempts that failed in this window: the infectious. */
  readonly failed: number;
  /** Attempts that ended, of which those are. */
  readonly ended: number;
  /** Retries that started in this window. */
  readonly retries: number;
  /** Seconds from a failure to its retry, as measured on those retries. */
  readonly delays: readonly WeightedValue[];
}

export interface Reproduction {
  readonly mean: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
  readonly failed: number;
  readonly retries: number;
  /** P(R > r). */
  exceeds(r: number): number;
}

/**
 * The reproduction number of failure: how many failed retries one failed attempt causes (A. Cori et al., 2013, with retries as
 * the offspring and first attempts as imported cases):
 *
 *     Λ_t = Σ_s w_s · I_(t−s)                    I failed attempts, w measured delays from failure to retry
 *     retries per failure ~ Gamma(½ + Σ J_t, ½ + Σ Λ_t)      J retries started, over the last six windows
 *     R = p · (retries per failure)              p share of attempts that fail, in the same windows
 *
 * It is causal: first attempts that fail raise Λ only, so no burst of traffic and no outage without retries raises R. Attempts
 * per call are 1 / (1 − R) while R < 1 and without bound from there on. Price: p is that of all attempts, though retries fail
 * more often, so R is a little low; and its own chance error is left out of the interval.
 */
export class ReproductionNumber {
  #delayCounts: number[] = Array.from({ length: LAGS }, () => 0);
  /** Latest first. */
  #failed: number[] = [];
  #ended: number[] = [];
  #retries: number[] = [];
  #pressure: number[] = [];

  observe({ failed, ended, retries, delays }: ReproductionWindow, windowMs: number): void {
    this.#delayCounts = this.#delayCounts.map((count) => count * DELAY_DECAY);
    for (const [delayS, count] of delays) this.#learnDelay((delayS * 1_000) / windowMs, count);
    this.#failed = [failed, ...this.#failed].slice(0, LAGS);
    this.#ended = [ended, ...this.#ended].slice(0, ESTIMATION_WINDOWS);
    this.#retries = [retries, ...this.#retries].slice(0, ESTIMATION_WINDOWS);
    const weights = this.#weights();
    const pressure = this.#failed.reduce((sum, count, lag) => sum + count * (weights[lag] ?? 0), 0);
    this.#pressure = [pressure, ...this.#pressure].slice(0, ESTIMATION_WINDOWS);
  }

  estimate(): Reproduction {
    const failed = sumOf(this.#failed.slice(0, ESTIMATION_WINDOWS));
    const retries = sumOf(this.#retries);
    const shareFailed = failed / Math.max(sumOf(this.#ended), failed, 1);
    const shape = PRIOR_SHAPE + retries;
    const rate = PRIOR_RATE + sumOf(this.#pressure);
    return {
      mean: (shareFailed * shape) / rate,
      low: shareFailed * gammaQuantile(0.025, shape, rate),
      high: shareFailed * gammaQuantile(0.975, shape, rate),
      failed,
      retries,
      exceeds: (r) => (shareFailed === 0 ? 0 : 1 - gammaCdf(r / shareFailed, shape, rate)),
    };
  }

  state(): unknown {
    return {
      delayCounts: this.#delayCounts,
      failed: this.#failed,
      ended: this.#ended,
      retries: this.#retries,
      pressure: this.#pressure,
    };
  }

  restore(state: unknown): void {
    const delayCounts = numberArrayOf(memberOf(state, "delayCounts"), LAGS);
    const failed = numberArrayOf(memberOf(state, "failed"), LAGS);
    const ended = numberArrayOf(memberOf(state, "ended"), ESTIMATION_WINDOWS);
    const retries = numberArrayOf(memberOf(state, "retries"), ESTIMATION_WINDOWS);
    const pressure = numberArrayOf(memberOf(state, "pressure"), ESTIMATION_WINDOWS);
    if (delayCounts?.length !== LAGS || !failed || !ended || !retries || !pressure) return;
    this.#delayCounts = delayCounts;
    this.#failed = failed;
    this.#ended = ended;
    this.#retries = retries;
    this.#pressure = pressure;
  }

  /** A failure falls anywhere in its window, so a delay of 1.3 windows reaches the next in 70 % and the one after in 30 %. */
  #learnDelay(delayWindows: number, count: number): void {
    const lag = Math.min(Math.floor(delayWindows), LAGS - 2);
    const later = Math.min(1, delayWindows - lag);
    this.#delayCounts[lag]! += count * (1 - later);
    this.#delayCounts[lag + 1]! += count * later;
  }

  /** Until a delay was measured, a retry is taken to come at once or in the next window. */
  #weights(): readonly number[] {
    const total = sumOf(this.#delayCounts);
    return total > 0 ? this.#delayCounts.map((count) => count / total) : [0.5, 0.5];
  }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
