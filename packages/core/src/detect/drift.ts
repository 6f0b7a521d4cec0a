import { Baseline } from "./baseline.ts";
import type { Sample } from "./baseline.ts";
import { CusumBank } from "./cusum.ts";
import { isRecord, memberOf, numbersOf } from "./parsed-state.ts";

export interface DriftOptions {
  /** Windows until a false alarm. */
  readonly runLength: number;
  /** The least shift worth saying, in the sample's unit (logarithm: 0.26 is 30 %). Smaller ones are learned, not reported. */
  readonly floor: number;
  /** One window counts up to this many standard deviations: unless told five, so that no single one can raise an alarm. */
  readonly zMax?: number;
}

export interface Shift {
  /** Recent mean of the residuals, in the sample's unit. */
  readonly shift: number;
  readonly expected: number;
  readonly observed: number;
  readonly sigmas: number;
  readonly windows: number;
}

export type DriftVerdict =
  | { readonly state: "unknown" }
  | { readonly state: "normal" }
  | ({ readonly state: "shifted" } & Shift);

const Z_MAX = 5;
/** Learning is this much slower while shifted or in doubt: a fault must outlast ten hours to become the new usual. */
export const PACE_DOUBT = 1 / 20;
/** From this part of the way to an alarm on, learning is slow. */
const TENSION_DOUBT = 0.5;
/** Weight of a window in the recent mean: a memory of about four windows, which a recovery clears in as many seconds. */
const RECENT_GAIN = 0.25;

/**
 * Whether one statistic has shifted upwards against its own past: a baseline and a bank of CUSUMs on what is left when the
 * baseline's expectation is taken off. Shifted from an alarm whose estimated size is at least `floor`, until the recent mean
 * is below half of it (so that it does not flicker around one line).
 *
 * An alarm below the floor is a true but small change: the bank starts anew and the baseline goes on learning it.
 */
export class Drift {
  readonly #floor: number;
  readonly #zMax: number;
  readonly #baseline = new Baseline();
  readonly #bank: CusumBank;
  #recent = 0;
  /** Windows since the alarm, and how long it had built up before; undefined while not shifted. */
  #shiftedWindows: number | undefined;

  constructor({ runLength, floor, zMax = Z_MAX }: DriftOptions) {
    this.#floor = floor;
    this.#zMax = zMax;
    this.#bank = new CusumBank({ runLength });
  }

  get baseline(): Pick<Baseline, "location" | "isReady"> {
    return this.#baseline;
  }

  /** 0 nothing, 1 shifted: how much evidence has gathered. */
  get tension(): number {
    return this.#shiftedWindows === undefined ? this.#bank.tension : 1;
  }

  get isInDoubt(): boolean {
    return this.tension > TENSION_DOUBT;
  }

  /** How fast whoever watches beside it may learn what is usual now. */
  get pace(): number {
    return this.isInDoubt ? PACE_DOUBT : 1;
  }

  /** Recent mean of the residuals, whether that is an alarm or not. */
  get recent(): number {
    return this.#recent;
  }

  /** `isBelieved` is asked once, when an alarm is raised; one that is not believed is dropped. */
  observe(sample: Sample, isBelieved: () => boolean = () => true): DriftVerdict {
    if (!this.#baseline.isReady) {
      this.#baseline.learn(sample);
      return { state: "unknown" };
    }
    const { residual, scale, expected, uncertainty } = this.#baseline.compare(sample);
    this.#recent += RECENT_GAIN * (residual - this.#recent);
    if (this.#shiftedWindows === undefined) this.#watch(residual, scale, uncertainty, isBelieved);
    else this.#follow();
    this.#baseline.learn(sample, this.pace);
    if (this.#shiftedWindows === undefined) return { state: "normal" };
    const shift = this.#recent;
    return {
      state: "shifted",
      shift,
      expected,
      observed: sample.value,
      sigmas: shift / scale,
      windows: this.#shiftedWindows,
    };
  }

  state(): unknown {
    return {
      baseline: this.#baseline.state(),
      bank: this.#bank.state(),
      recent: this.#recent,
      shiftedWindows: this.#shiftedWindows ?? null,
    };
  }

  restore(state: unknown): void {
    const numbers = numbersOf(state, ["recent"]);
    if (!isRecord(state) || !numbers) return;
    this.#baseline.restore(memberOf(state, "baseline"));
    this.#bank.restore(memberOf(state, "bank"));
    this.#recent = numbers.recent;
    this.#shiftedWindows = numbersOf(state, ["shiftedWindows"])?.shiftedWindows;
  }

  #watch(residual: number, scale: number, uncertainty: number, isBelieved: () => boolean): void {
    const z = Math.min(this.#zMax, Math.max(-this.#zMax, residual / scale));
    const alarm = this.#bank.observe(z, residual, uncertainty);
    if (!alarm) return;
    this.#bank.reset();
    if (alarm.mean < this.#floor || !isBelieved()) return;
    this.#shiftedWindows = alarm.windows;
    this.#recent = Math.max(this.#recent, alarm.mean);
  }

  #follow(): void {
    if (this.#recent < this.#floor / 2) this.#shiftedWindows = undefined;
    else this.#shiftedWindows = (this.#shiftedWindows ?? 0) + 1;
  }
}
