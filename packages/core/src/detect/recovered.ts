import { BernoulliCusum } from "./bernoulli-cusum.ts";
import type { DependencyWindow } from "./dependency-window.ts";
import type { Finding } from "./detection.ts";
import type { Detector } from "./detector.ts";
import { bucketsOf } from "./histogram-moments.ts";
import { memberOf, numbersOf } from "./parsed-state.ts";
import { ARL_WINDOWS } from "./run-length.ts";
import { Survival } from "./survival.ts";
import { UsualShare } from "./usual-share.ts";

/** Trouble is when half the answers are bad. */
const SHARE_BAD = 0.5;
/** Well again is told from three tenths bad, so that a dependency still twice as slow (a sixth beyond its 99 %) is not well. */
const SHARE_RECOVERING = 0.3;
/** Chance of saying recovered while three tenths are still bad: one in a hundred costs a ramp that is taken back at its first step. */
const ERROR = 0.01;
/** In trouble, an answer is good when it is ok and no slower than 99 of 100 usually are. */
const HAZARD_GOOD = Math.log(100);
/** Out of trouble, than 999 of 1,000: when a burst ends, those still to come are its slowest, and that is no trouble. */
const HAZARD_HEALTHY = Math.log(1_000);
/** Windows that `recovered` is said for, so that whoever ramps sees it. */
const SAID_WINDOWS = 2;

/**
 * Says that a dependency is well again after trouble, by a sequential test (A. Wald, 1945) over all its answers, probes included:
 *
 *     good = ok and as fast as 99 % of its healthy answers (99.9 % while not in trouble),   bad = every other answer but `refused` and `cancelled`
 *     recovered when Σ log-likelihood(usual share of bad) / (three tenths bad) > log(100)
 *
 * Fourteen good answers in a row suffice; one bad among them costs about ten more. Trouble itself is found by the same chart
 * upwards (false alarm at most once in thirty days). Says nothing of a dependency that never was in trouble. Throttled answers are
 * bad here, unlike in `failing`: a hold must not end into a limit.
 */
export class Recovered implements Detector {
  readonly kind = "recovered";
  readonly #chart = new BernoulliCusum({
    runLength: ARL_WINDOWS,
    shareBad: SHARE_BAD,
    shareRecovering: SHARE_RECOVERING,
    recoveryError: ERROR,
  });
  readonly #usual = new UsualShare();
  readonly #survival = new Survival();
  #s = { good: 0, bad: 0, troubledMs: 0, sayFor: 0 };

  observe(window: DependencyWindow): Finding {
    const { ok, error, timeout, throttled } = window.outcomes;
    const answers = ok + error + timeout + throttled;
    if (answers === 0) return { state: "unknown" };
    const wasBad = this.#chart.isBad;
    const good = Math.max(0, ok - this.#slow(window, wasBad ? HAZARD_GOOD : HAZARD_HEALTHY));
    const isBad = this.#chart.observe(answers - good, good, this.#usual.share);
    this.#usual.observe(answers - good, answers, this.#chart.stage);
    this.#follow(wasBad, isBad, good, answers - good, window);
    if (this.#s.sayFor > 0) return this.#recovered();
    return { state: isBad ? "unknown" : "normal" };
  }

  state(): unknown {
    return {
      chart: this.#chart.state(),
      usual: this.#usual.state(),
      survival: this.#survival.state(),
      said: { ...this.#s },
    };
  }

  restore(state: unknown): void {
    const said = numbersOf(memberOf(state, "said"), ["good", "bad", "troubledMs", "sayFor"]);
    if (!said) return;
    this.#s = said;
    this.#chart.restore(memberOf(state, "chart"));
    this.#usual.restore(memberOf(state, "usual"));
    this.#survival.restore(memberOf(state, "survival"));
  }

  #slow({ latency }: DependencyWindow, hazardMax: number): number {
    if (!latency || !this.#survival.isReady) return 0;
    return bucketsOf(latency).reduce(
      (sum, [value, count]) => (this.#survival.hazard(value) > hazardMax ? sum + count : sum),
      0,
    );
  }

  #follow(
    wasBad: boolean,
    isBad: boolean,
    good: number,
    bad: number,
    window: DependencyWindow,
  ): void {
    const s = this.#s;
    if (isBad) {
      this.#s = {
        good: s.good + good,
        bad: s.bad + bad,
        troubledMs: s.troubledMs + window.windowMs,
        sayFor: 0,
      };
      if (!wasBad) this.#s = { good: 0, bad, troubledMs: window.windowMs, sayFor: 0 };
    } else if (wasBad) {
      this.#s = { ...s, good: s.good + good, sayFor: SAID_WINDOWS };
    } else {
      s.sayFor = Math.max(0, s.sayFor - 1);
      if (this.#chart.stage === "at zero" && window.latency) this.#survival.learn(window.latency);
    }
  }

  #recovered(): Finding {
    const { good, bad, troubledMs } = this.#s;
    return {
      state: "abnormal",
      severity: 0,
      summary: `well again after ${(troubledMs / 1_000).toFixed(0)} s of trouble`,
      evidence: { good, bad, troubledMs },
    };
  }
}
