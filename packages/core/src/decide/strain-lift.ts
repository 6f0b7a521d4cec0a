import type { BoundSlice } from "./bound-window.ts";

export interface LiftInput {
  /** Answers are not only kept waiting: the dependency has become much slower than it usually is. */
  readonly isSlow: boolean;
  /** Calls wait, and nearly as many are in flight as may be. */
  readonly isUsed: boolean;
  /** Seconds that an attempt takes now. */
  readonly attemptS: number;
  /** Seconds that callers wait for an answer. */
  readonly timeoutS: number;
  readonly slice: BoundSlice;
}

/** A raise that shows in attempts' times, and that does little harm for as long as it takes to see that it was wrong. */
const STEP = 1.25;
/** Halfway between no longer at all and longer by the whole step. */
const LONGER_MAX = 1 + (STEP - 1) / 2;
/** The mean of so many attempts, whose times differ by half of it, is known to a twentieth: two of them are told apart by an eighth. */
const ANSWERS = 100;
/** Should the raise only make a queue, an attempt must still be answered well within this share of the time-out. */
const TIMEOUT_SHARE_MAX = 2 / 3;
const TIMEOUTS_MAX = 0.05;
/** After so many times as long as an attempt takes, those that end began under the bound that stands. */
const SETTLED_AFTER = 1.5;
const SETTLE_MS_MIN = 750;
/** Servers come and go: what was tried in vain is tried again. */
const AGAIN_MS = 10_000;

/**
 * How many times its floor the bound may be while a strain lasts. What was in flight in good times says how much work there was, not
 * how many servers there are: a dependency that was little used has idle ones, and needs them when it has become slow. Whether there
 * are any is tried out: into idle servers go more attempts at no cost; in a queue each takes longer, as much as there are more.
 *
 *     while calls wait:   raise the bound by a quarter, wait until it shows, take the mean of 100 attempts
 *                         less than an eighth longer than before: keep it, and raise it again;   else go back
 */
export class StrainLift {
  #times = 1;
  #stageMs: number | undefined;
  #doneMs: number | undefined;
  #beforeS: number | undefined;
  #seen = { good: 0, goodS: 0, timeouts: 0 };

  observe({ isSlow, isUsed, attemptS, timeoutS, slice }: LiftInput): number {
    const nowMs = slice.endMs;
    if (!isSlow) this.#restart();
    if (!isSlow || this.#isPausing(nowMs)) return this.#times;
    this.#stageMs ??= nowMs;
    const settleMs = Math.max(SETTLE_MS_MIN, SETTLED_AFTER * 1_000 * attemptS);
    if (!isUsed || nowMs - this.#stageMs < settleMs) return this.#times;
    const seen = this.#see(slice);
    if (seen.good + seen.timeouts < ANSWERS) return this.#times;
    const takesS = seen.goodS / Math.max(seen.good, 1);
    const isLate = seen.timeouts > TIMEOUTS_MAX * (seen.good + seen.timeouts);
    const isLonger = takesS > LONGER_MAX * (this.#beforeS ?? takesS);
    // It has become faster by itself, and nothing is learned of the raise.
    const isFaster = takesS * LONGER_MAX < (this.#beforeS ?? takesS);
    // What was sent before the bound stood comes back late.
    if (isLate && this.#beforeS === undefined) this.#begin(nowMs);
    else if (isLate || isLonger) this.#stop(Math.max(this.#times / STEP, 1), nowMs);
    else if (isFaster) this.#measureAgain(takesS, nowMs);
    else if (takesS * STEP > TIMEOUT_SHARE_MAX * timeoutS) this.#stop(this.#times, nowMs);
    else this.#raise(takesS, nowMs);
    return this.#times;
  }

  #see({ good, took, timeouts }: BoundSlice): { good: number; goodS: number; timeouts: number } {
    this.#seen.good += good;
    this.#seen.goodS += took?.sum ?? 0;
    this.#seen.timeouts += timeouts;
    return this.#seen;
  }

  #raise(takesS: number, nowMs: number): void {
    this.#times *= STEP;
    this.#measureAgain(takesS, nowMs);
  }

  #measureAgain(takesS: number, nowMs: number): void {
    this.#beforeS = takesS;
    this.#begin(nowMs);
  }

  #stop(times: number, nowMs: number): void {
    this.#times = times;
    this.#beforeS = undefined;
    this.#doneMs = nowMs;
  }

  #isPausing(nowMs: number): boolean {
    if (this.#doneMs === undefined) return false;
    if (nowMs - this.#doneMs < AGAIN_MS) return true;
    this.#doneMs = undefined;
    this.#begin(nowMs);
    return false;
  }

  #begin(nowMs: number | undefined): void {
    this.#stageMs = nowMs;
    this.#seen = { good: 0, goodS: 0, timeouts: 0 };
  }

  #restart(): void {
    this.#times = 1;
    this.#beforeS = undefined;
    this.#doneMs = undefined;
    this.#begin(undefined);
  }
}
