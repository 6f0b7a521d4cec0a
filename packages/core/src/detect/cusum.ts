import { numberArrayOf } from "./parsed-state.ts";
import { cusumThreshold } from "./run-length.ts";

export interface CusumBankOptions {
  /** Windows until a false alarm of the bank as a whole. */
  readonly runLength: number;
  /** The shifts each member is best at, in standard deviations. */
  readonly shifts?: readonly number[];
}

export interface CusumAlarm {
  /** The shift, in standard deviations, that the member which alarmed is best at. */
  readonly member: number;
  /** Mean of what was observed since that member last stood at 0: Page's estimate of the shift. */
  readonly mean: number;
  /** Windows since then: how long the change has lasted, as far as it can be told. */
  readonly windows: number;
  readonly statistic: number;
  readonly threshold: number;
}

interface Member {
  readonly shift: number;
  readonly threshold: number;
  statistic: number;
  sum: number;
  windows: number;
}

const SHIFTS: readonly number[] = [0.5, 1, 2];

/**
 * Three one-sided CUSUMs (E. S. Page, 1954) side by side, each best at one size of an upward shift:
 *
 *     g_d ← max(0, g_d + z − d/2 − c),   alarm when g_d > h_d
 *
 * Together they come within about a tenth of the generalised likelihood ratio's delay over all sizes. h_d follows from
 * the false-alarm rate, shared equally: the bank's runs at least `runLength` when each member's runs three times that.
 * c is the caller's extra allowance for a baseline that is itself only estimated.
 */
export class CusumBank {
  readonly #members: readonly Member[];

  constructor({ runLength, shifts = SHIFTS }: CusumBankOptions) {
    this.#members = shifts.map((shift) => ({
      shift,
      threshold: cusumThreshold(shift / 2, runLength * shifts.length),
      statistic: 0,
      sum: 0,
      windows: 0,
    }));
  }

  /** `value` is what z stands for in the caller's own unit; its mean since the change is told with the alarm. */
  observe(z: number, value: number = z, allowance = 0): CusumAlarm | undefined {
    for (const member of this.#members) {
      member.statistic = Math.max(0, member.statistic + z - member.shift / 2 - allowance);
      member.sum = member.statistic === 0 ? 0 : member.sum + value;
      member.windows = member.statistic === 0 ? 0 : member.windows + 1;
    }
    const alarmed = this.#members.findLast((member) => member.statistic > member.threshold);
    if (!alarmed) return undefined;
    const { shift, sum, windows, statistic, threshold } = alarmed;
    return { member: shift, mean: sum / windows, windows, statistic, threshold };
  }

  /** 0 quiet, 1 alarm: how far the furthest member has come. */
  get tension(): number {
    return Math.max(
      ...this.#members.map(({ statistic, threshold }) => Math.min(1, statistic / threshold)),
    );
  }

  reset(): void {
    for (const member of this.#members) Object.assign(member, { statistic: 0, sum: 0, windows: 0 });
  }

  state(): readonly number[] {
    return this.#members.flatMap(({ statistic, sum, windows }) => [statistic, sum, windows]);
  }

  restore(state: unknown): void {
    const length = this.#members.length * 3;
    const numbers = numberArrayOf(state, length);
    if (numbers?.length !== length) return;
    for (const [index, member] of this.#members.entries()) {
      const [statistic = 0, sum = 0, windows = 0] = numbers.slice(index * 3, index * 3 + 3);
      Object.assign(member, { statistic, sum, windows });
    }
  }
}
