import type { Lease } from "@headway/core";

/** Two grants expire at least this far apart; less is the same grant told twice, times converted anew. */
const RENEWAL_MS_MIN = 200;
/** A tenth of a second's worth may start at once; the rest is spaced. */
const BURST_SECONDS = 0.1;

/**
 * This process' share of one dependency's allowance, through its life: `amount` until it expires; `safe` for one more term
 * when no new lease came; after that nothing is known and nothing is limited.
 */
export class LeaseHolding {
  #lease: Lease;
  /** When the safe amount ends too. */
  #untilMs: number;
  /** Expiry of the grant whose probe has gone out; undefined while it may still go. */
  #probedGrantMs: number | undefined;
  #isProbing = false;
  /** When the next start is due at the leased rate (the generic cell rate algorithm). */
  #nextStartMs = Number.NEGATIVE_INFINITY;

  constructor(lease: Lease, toldAtMs: number) {
    this.#lease = lease;
    this.#untilMs = safeUntilMs(lease, toldAtMs);
  }

  get amount(): number {
    return this.#lease.amount;
  }

  renew(lease: Lease, toldAtMs: number): void {
    this.#lease = lease;
    if (!lease.probe) this.#probedGrantMs = undefined;
    this.#untilMs = safeUntilMs(lease, toldAtMs);
  }

  /** Attempts this process may have in flight now. Infinity: no longer limited. */
  limitAt(nowMs: number): number {
    const { amount, safe, expiresAtMs } = this.#lease;
    if (nowMs < expiresAtMs) return amount;
    return nowMs < this.#untilMs ? safe : Number.POSITIVE_INFINITY;
  }

  /** When the limit changes by itself next; Infinity where it will not. */
  changesAfter(nowMs: number): number {
    const { expiresAtMs } = this.#lease;
    if (nowMs < expiresAtMs) return expiresAtMs;
    return nowMs < this.#untilMs ? this.#untilMs : Number.POSITIVE_INFINITY;
  }

  /** The moment from which one more attempt is within the leased rate. */
  startableAt(nowMs: number): number {
    const { ratePerSecond } = this.#lease;
    if (ratePerSecond === undefined || nowMs >= this.#lease.expiresAtMs) return nowMs;
    if (ratePerSecond <= 0) return this.#lease.expiresAtMs;
    const toleranceMs = Math.max(0, BURST_SECONDS * 1_000 - 1_000 / ratePerSecond);
    return Math.max(nowMs, this.#nextStartMs - toleranceMs);
  }

  /** Counts a start against the leased rate. */
  started(nowMs: number): void {
    const { ratePerSecond } = this.#lease;
    if (ratePerSecond === undefined || ratePerSecond <= 0) return;
    this.#nextStartMs = Math.max(this.#nextStartMs, nowMs) + 1_000 / ratePerSecond;
  }

  /**
   * Whether this process was elected to probe and this grant's one attempt has not gone out yet. Attempts from before the hold
   * that are still out take its place: a dependency that answers none of them learns nothing from one more.
   */
  mayProbe(inFlight: number, nowMs: number): boolean {
    const { probe, amount, expiresAtMs } = this.#lease;
    if (!probe || this.#isProbing || inFlight >= amount || nowMs >= expiresAtMs) return false;
    return this.#probedGrantMs === undefined || expiresAtMs > this.#probedGrantMs + RENEWAL_MS_MIN;
  }

  probeStarted(): void {
    this.#isProbing = true;
    this.#probedGrantMs = this.#lease.expiresAtMs;
  }

  probeEnded(): void {
    this.#isProbing = false;
  }
}

/** When a lease that was told at `toldAtMs` says nothing more: at its end, and one more term at its safe amount. */
export function safeUntilMs({ expiresAtMs }: Lease, toldAtMs: number): number {
  return expiresAtMs + Math.max(0, expiresAtMs - toldAtMs);
}

export function isSameGrant(a: Lease, b: Lease): boolean {
  return Math.abs(a.expiresAtMs - b.expiresAtMs) < RENEWAL_MS_MIN;
}
