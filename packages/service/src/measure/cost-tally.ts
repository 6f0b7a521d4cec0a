import type { Measurement } from "./measurement.ts";
import type { Prices } from "./prices.ts";

export type CostRow = Measurement["cost"]["total"];

/** What something cost so far. Money is added as it is known; what nobody priced is counted beside it. */
export class CostTally {
  agentMs = 0;
  serverMs = 0;
  attempts = 0;
  tokensIn = 0;
  tokensOut = 0;
  money = 0;
  /** Things that a price was known of, and that none was. */
  priced = 0;
  unpriced = 0;

  addMoney(amount: number | undefined): void {
    if (amount === undefined) this.unpriced += 1;
    else {
      this.money += amount;
      this.priced += 1;
    }
  }

  merge(other: CostTally): void {
    this.agentMs += other.agentMs;
    this.serverMs += other.serverMs;
    this.attempts += other.attempts;
    this.tokensIn += other.tokensIn;
    this.tokensOut += other.tokensOut;
    this.money += other.money;
    this.priced += other.priced;
    this.unpriced += other.unpriced;
  }

  /** `isLikely`: the thing itself is only likely, so its price is. */
  row({ agentSecond, currency }: Prices, isLikely = false): CostRow {
    const agentSeconds = this.agentMs / 1000;
    const isPriced = currency !== "" && (this.priced > 0 || agentSecond !== undefined);
    const isWhole = this.unpriced === 0 && !isLikely;
    return {
      agentSeconds: rounded(agentSeconds),
      serverSeconds: rounded(this.serverMs / 1000),
      attempts: this.attempts,
      tokensIn: this.tokensIn,
      tokensOut: this.tokensOut,
      money: isPriced
        ? {
            amount: rounded(this.money + agentSeconds * (agentSecond ?? 0), 6),
            certainty: isWhole ? "confirmed" : "likely",
          }
        : { amount: null, certainty: "unpriced" },
    };
  }
}

/** Sums of doubles differ in their last digits with the order in which they were added. */
export function rounded(value: number, digits = 3): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}
