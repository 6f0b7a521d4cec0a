import { memberOf, numberArrayOf, numbersOf } from "./parsed-state.ts";

/** Above this, "usual" would mean that nothing is ever wrong. */
const SHARE_MAX = 0.3;
/** Memory in windows with trials: half an hour. */
const DECAY = 1 - 1 / 1_800;
/** Pearson's statistic is unreliable on expected counts far below one; windows are pooled until they hold this many. */
const EXPECTED_MIN = 0.5;

export interface UsualShareOptions {
  /** Trials that the prior is worth, and the share it holds: unless told, one in a hundred, the order of provider error rates. */
  readonly priorTrials?: number;
  readonly priorShare?: number;
  /** Windows that wait for the chart's word; the oldest are learned when there are more. */
  readonly pendingMax?: number;
  /** The least share taken for usual: unless told, one in 500, for a dependency never seen to fail in a thousand calls may still fail once. */
  readonly shareMin?: number;
}

/**
 * The share of bad trials that is usual, and by how much its variance exceeds the binomial's (dispersion, Pearson's χ²/n).
 *
 * Windows wait while the chart that uses the share is off its zero: an excursion that comes back to zero was chance and is
 * learned whole, one that ends in an alarm is forgotten whole. To leave out excursions as such would leave out every bad trial.
 */
export class UsualShare {
  readonly #priorTrials: number;
  readonly #priorBad: number;
  readonly #pendingMax: number;
  readonly #shareMin: number;
  #s = { bad: 0, trials: 0, chi: 0, groups: 0, groupBad: 0, groupTrials: 0 };
  /** Bad and trials of each waiting window, one after the other. */
  #pending: number[] = [];

  constructor({
    priorTrials = 50,
    priorShare = 0.01,
    pendingMax = 60,
    shareMin = 0.002,
  }: UsualShareOptions = {}) {
    this.#priorTrials = priorTrials;
    this.#priorBad = priorTrials * priorShare;
    this.#pendingMax = pendingMax;
    this.#shareMin = shareMin;
  }

  get share(): number {
    const share = (this.#s.bad + this.#priorBad) / (this.#s.trials + this.#priorTrials);
    return Math.min(SHARE_MAX, Math.max(this.#shareMin, share));
  }

  get trials(): number {
    return this.#s.trials;
  }

  get dispersion(): number {
    // Ten groups of dispersion 1 as a prior: a single clump shall not make the chart deaf.
    return Math.max(1, (this.#s.chi + 10) / (this.#s.groups + 10));
  }

  observe(bad: number, trials: number, chart: "at zero" | "excursion" | "alarm"): void {
    if (chart === "alarm") {
      this.#pending = [];
      return;
    }
    this.#pending.push(bad, trials);
    const keep = chart === "at zero" ? 0 : this.#pendingMax * 2;
    while (this.#pending.length > keep)
      this.#learn(this.#pending.shift() ?? 0, this.#pending.shift() ?? 0);
  }

  state(): unknown {
    return { ...this.#s, pending: this.#pending };
  }

  restore(state: unknown): void {
    const numbers = numbersOf(state, ["bad", "trials", "chi", "groups", "groupBad", "groupTrials"]);
    const pending = numberArrayOf(memberOf(state, "pending"), this.#pendingMax * 2);
    if (!numbers || !pending || pending.length % 2 !== 0) return;
    this.#s = numbers;
    this.#pending = pending;
  }

  #learn(bad: number, trials: number): void {
    const s = this.#s;
    s.groupBad += bad;
    s.groupTrials += trials;
    const expected = s.groupTrials * this.share;
    if (expected >= EXPECTED_MIN) {
      s.chi = s.chi * DECAY + (s.groupBad - expected) ** 2 / (expected * (1 - this.share));
      s.groups = s.groups * DECAY + 1;
      s.groupBad = 0;
      s.groupTrials = 0;
    }
    s.bad = s.bad * DECAY + bad;
    s.trials = s.trials * DECAY + trials;
  }
}
