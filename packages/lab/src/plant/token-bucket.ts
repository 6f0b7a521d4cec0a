/** Tokens are sums of fractions: whoever comes back exactly when told must not be turned away for the last bit. */
const ROUNDING = 1e-9;

/** A rate limit: `perSecond` tokens fall into a bucket that holds `burst`; each request takes one. It starts full. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #share = 1;
  #tokens: number;
  #filledMs = 0;

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
  }

  get perSecond(): number {
    return this.#perSecond * this.#share;
  }

  /** From now on the limit is this share of itself, and so is what the bucket holds, though never less than one request. */
  limitTo(share: number, nowMs: number): void {
    this.#fill(nowMs);
    this.#share = share;
  }

  take(nowMs: number): boolean {
    this.#fill(nowMs);
    if (this.#tokens < 1 - ROUNDING) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Until the next whole token; undefined while none will come. */
  dueMs(nowMs: number): number | undefined {
    if (this.perSecond === 0) return undefined;
    this.#fill(nowMs);
    return Math.max(0, ((1 - this.#tokens) * 1_000) / this.perSecond);
  }

  get #held(): number {
    return this.#share === 0 ? 0 : Math.max(1, this.#burst * this.#share);
  }

  #fill(nowMs: number): void {
    const come = ((nowMs - this.#filledMs) * this.perSecond) / 1_000;
    this.#tokens = Math.min(this.#held, this.#tokens + come);
    this.#filledMs = nowMs;
  }
}
