import type { HistogramData } from "../signals/histogram.ts";
import { PACE_DOUBT } from "./drift.ts";
import { OperationTimes } from "./operation-times.ts";
import { memberOf, numbersOf } from "./parsed-state.ts";
import { SlowChart } from "./slow-chart.ts";
import { UsualShare } from "./usual-share.ts";

/** A block is slow whose calls are this many standard deviations above their usual, on average. */
const Z_SLOW = 2;
/** Windows of a block where calls are rare: calls of one workflow share their fate, and follow each other within seconds. */
const BLOCK_WINDOWS = 3;
/** From this share of windows with calls on, each window is a block. */
const DENSE_SHARE = 0.9;
/** Memory of how frequent calls and blocks are; before so many windows, no rate is believed to be high. */
const DENSITY_WINDOWS = 600;
const DENSITY_WINDOWS_MIN = 30;
/**
 * Before anything is known, one block of twenty is slow, and that is worth ten blocks. Slow blocks that have not become an alarm within
 * twelve blocks are usual ones. One in two thousand is the least that is believed to be usual.
 */
const PRIOR = { priorTrials: 10, priorShare: 0.05, pendingMax: 12, shareMin: 0.000_5 };
/** Weight of a block in the recent means. */
const RECENT_GAIN = 0.4;

const SUMS = ["calls", "z", "log", "usualS", "excessS"] as const;
const NOTHING = { calls: 0, z: 0, log: 0, usualS: 0, excessS: 0 };
const KEYS = ["age", "isCounted", "windows", "busy", "blocks", "since"] as const;

export type SlowVerdict =
  | { readonly state: "unknown" }
  | { readonly state: "normal" }
  | {
      readonly state: "shifted";
      /** Logarithm of recent over usual time, the mean over calls. */
      readonly shift: number;
      /** The usual time of the calls that were made lately, and what they took beyond. */
      readonly usualS: number;
      readonly excessS: number;
      readonly sigmas: number;
      readonly windows: number;
    };

/**
 * Whether calls take longer than their operations usually do, told from the share of slow blocks:
 *
 *     block    one window where calls are frequent, else three
 *     slow     mean z of its calls so far ≥ 2                       (`OperationTimes`)
 *     alarm    half of the blocks slow, against the usual share     (`SlowChart`)
 *
 * Calls of one block share their fate, so however many they are they are one trial: a slow query that makes twenty calls slow is one
 * slow block. The usual share is learned, so a dependency that is slow in every tenth block has to be slow more often to be believed.
 *
 * Price: one slow block in two is the least that alarms; a shift that makes single calls slow now and then is not seen here.
 */
export class SlowBlocks {
  readonly #times = new OperationTimes();
  readonly #chart: SlowChart;
  readonly #share = new UsualShare(PRIOR);
  #block = { ...NOTHING };
  /** Means per call of the last blocks. */
  #recent = { ...NOTHING };
  #s = { age: 0, isCounted: 0, windows: 0, busy: 0, blocks: 0, since: 0 };

  constructor(runLength: number) {
    this.#chart = new SlowChart(runLength);
  }

  observe(times: ReadonlyMap<string, HistogramData>): SlowVerdict {
    const s = this.#s;
    const keep = 1 - 1 / DENSITY_WINDOWS;
    s.windows = s.windows * keep + 1;
    s.busy = s.busy * keep + (times.size > 0 ? 1 : 0);
    s.blocks *= keep;
    if (times.size > 0) this.#add(times);
    this.#endBlock();
    s.since = this.#chart.isSlow ? s.since + 1 : 0;
    return this.#verdict();
  }

  state(): unknown {
    return {
      times: this.#times.state(),
      chart: this.#chart.state(),
      share: this.#share.state(),
      block: { ...this.#block },
      recent: { ...this.#recent },
      counts: { ...this.#s },
    };
  }

  restore(state: unknown): void {
    const block = numbersOf(memberOf(state, "block"), SUMS);
    const recent = numbersOf(memberOf(state, "recent"), SUMS);
    const counts = numbersOf(memberOf(state, "counts"), KEYS);
    if (!block || !recent || !counts) return;
    this.#block = block;
    this.#recent = recent;
    this.#s = counts;
    this.#times.restore(memberOf(state, "times"));
    this.#chart.restore(memberOf(state, "chart"));
    this.#share.restore(memberOf(state, "share"));
  }

  #add(times: ReadonlyMap<string, HistogramData>): void {
    const compared = this.#times.compare(times);
    for (const key of SUMS) this.#block[key] += compared[key];
    this.#times.learn(times, this.#chart.stage === "at zero" ? 1 : PACE_DOUBT);
    // A block counts as slow as soon as it is: waiting for its end would only delay what is known.
    if (this.#s.isCounted === 0 && this.#isSlow()) {
      this.#trial(true);
      this.#s.isCounted = 1;
    }
  }

  #isSlow(): boolean {
    const { calls, z } = this.#block;
    return calls > 0 && z >= Z_SLOW * calls;
  }

  #endBlock(): void {
    const s = this.#s;
    if (this.#block.calls === 0) return;
    s.age += 1;
    if (s.age < (s.busy >= DENSE_SHARE * s.windows ? 1 : BLOCK_WINDOWS)) return;
    if (s.isCounted === 0) this.#trial(false);
    s.age = 0;
    s.isCounted = 0;
    this.#block = { ...NOTHING };
  }

  #trial(isSlow: boolean): void {
    const s = this.#s;
    s.blocks += 1;
    const blocksPerWindow = Math.min(1, s.blocks / Math.max(s.windows, DENSITY_WINDOWS_MIN));
    this.#chart.observe(isSlow, { shareSlow: this.#share.share, blocksPerWindow });
    this.#share.observe(Number(isSlow), 1, this.#chart.stage);
    const { calls } = this.#block;
    // From the first slow block on, so that what is said is of the slow time alone.
    const gain = this.#chart.stage === "at zero" ? 1 : RECENT_GAIN;
    for (const key of SUMS)
      this.#recent[key] += gain * (this.#block[key] / calls - this.#recent[key]);
  }

  #verdict(): SlowVerdict {
    const { log, usualS, excessS, z } = this.#recent;
    if (this.#chart.isSlow)
      return { state: "shifted", shift: log, usualS, excessS, sigmas: z, windows: this.#s.since };
    return this.#share.trials > 0 ? { state: "normal" } : { state: "unknown" };
  }
}
