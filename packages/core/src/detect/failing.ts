import { BernoulliCusum } from "./bernoulli-cusum.ts";
import type { DependencyWindow } from "./dependency-window.ts";
import type { Finding } from "./detection.ts";
import { figure } from "./figure.ts";
import type { Detector } from "./detector.ts";
import { memberOf, numbersOf } from "./parsed-state.ts";
import { ARL_WINDOWS } from "./run-length.ts";
import { UsualShare } from "./usual-share.ts";

/** The shares of bad answers that the charts are best at. A tenth is where retries begin to cost a fleet noticeably; a half is an outage. */
const SHARES_BAD = [0.1, 0.5] as const;
/** Well again is told from a quarter failing: 25 good answers in a row suffice, and at a tenth failing it still says no. */
const SHARE_RECOVERING = 0.25;
const RECOVERY_ERROR = 0.001;
/** Answers before the usual share is the dependency's own and not the prior's. A dependency that fails from its first call on is still found: the prior is one in a hundred. */
const TRIALS_MIN = 10;
/** The recent share, for the summary, remembers about this many windows. */
const RECENT_GAIN = 0.3;

/**
 * Says that more calls end in errors or time-outs than usual:
 *
 *     bad = error + timeout,   trials = ok + error + timeout
 *
 * by two Bernoulli CUSUMs from the dependency's own usual share to a tenth and to a half, false alarm of either at most once in
 * thirty days of traffic in every second. `throttled` is a limit's answer, `refused` our own and `cancelled` the caller's choice: none counts.
 */
export class Failing implements Detector {
  readonly kind = "failing";
  readonly #charts: readonly BernoulliCusum[];
  readonly #usual = new UsualShare();
  #seen = 0;
  #recentBad = 0;
  #recentTrials = 0;

  constructor(runLength: number = ARL_WINDOWS) {
    const common = {
      runLength: runLength * SHARES_BAD.length,
      shareRecovering: SHARE_RECOVERING,
      recoveryError: RECOVERY_ERROR,
    };
    this.#charts = SHARES_BAD.map((shareBad) => new BernoulliCusum({ ...common, shareBad }));
  }

  observe({ outcomes, windowMs }: DependencyWindow): Finding {
    const bad = outcomes.error + outcomes.timeout;
    const trials = bad + outcomes.ok;
    if (trials === 0) return { state: "unknown" };
    this.#seen = Math.min(this.#seen + trials, TRIALS_MIN);
    this.#recentBad += RECENT_GAIN * (bad - this.#recentBad);
    this.#recentTrials += RECENT_GAIN * (trials - this.#recentTrials);
    const { share, dispersion } = this.#usual;
    for (const chart of this.#charts) chart.observe(bad, trials - bad, share, dispersion);
    const isBad = this.#charts.some((chart) => chart.isBad);
    const stages = this.#charts.map((chart) => chart.stage);
    this.#usual.observe(
      bad,
      trials,
      isBad ? "alarm" : (stages.find((stage) => stage === "excursion") ?? "at zero"),
    );
    if (isBad) return this.#abnormal(share, outcomes.timeout, windowMs);
    return this.#seen < TRIALS_MIN ? { state: "unknown" } : { state: "normal" };
  }

  state(): unknown {
    return {
      charts: this.#charts.map((chart) => chart.state()),
      usual: this.#usual.state(),
      seen: this.#seen,
      recentBad: this.#recentBad,
      recentTrials: this.#recentTrials,
    };
  }

  restore(state: unknown): void {
    const numbers = numbersOf(state, ["seen", "recentBad", "recentTrials"]);
    if (!numbers) return;
    this.#seen = numbers.seen;
    this.#recentBad = numbers.recentBad;
    this.#recentTrials = numbers.recentTrials;
    const charts = memberOf(state, "charts");
    if (Array.isArray(charts))
      for (const [index, chart] of this.#charts.entries()) chart.restore(charts[index]);
    this.#usual.restore(memberOf(state, "usual"));
  }

  #abnormal(usualShare: number, timeouts: number, windowMs: number): Finding {
    const share = this.#recentBad / this.#recentTrials;
    const evidence = {
      share,
      usualShare,
      trialsPerSecond: (this.#recentTrials * 1_000) / windowMs,
      timeouts,
      dispersion: this.#usual.dispersion,
    };
    return {
      state: "abnormal",
      severity: share,
      summary: `${percent(share)} of answers are errors or time-outs; usual is ${percent(usualShare)}`,
      evidence,
    };
  }
}

function percent(share: number): string {
  return `${figure(share * 100)} %`;
}
