import { PRIORITY_DEFAULT } from "../signals/priority.ts";
import type { Priority } from "../signals/priority.ts";
import type { Allowance } from "./dependency-control.ts";
import type { ByPriority } from "./instance-gauges.ts";

/** The callers that take no leases, all together: to the split they are one process of this name. */
export const CONSULTS = "POST /v1/decide";

/** What may start at once after a pause. */
const BURST_S = 0.25;
/** Whoever was refused longer ago than this has come back or given up. */
const WAITING_MS = 2_000;
/** While a dependency is held, callers are told to come back after some 20 s. */
const ASKED_MS = 60_000;
const RATE_MIN = 0.01;

/**
 * Paces the callers that take no leases: a token bucket at the rate that their part of the fleet's allowance makes room
 * for. By Little's law, B slots of which each attempt takes one for W seconds start B / W attempts a second. Their
 * demand is what was let go and what was refused lately; with it they take part in the split like any process.
 */
export class ConsultPacer {
  #tokens = 1;
  #filledMs = 0;
  #started: number[] = [];
  #refused: { atMs: number; priority: Priority }[] = [];
  #refusedMs = Number.NEGATIVE_INFINITY;
  #probedMs = Number.NEGATIVE_INFINITY;

  /** 0: may go, and is counted. Else how long until it may. */
  take(allowance: Allowance, priority: Priority | undefined, nowMs: number): number {
    const rate = startsPerSecond(allowance);
    if (!Number.isFinite(rate)) return this.#start(nowMs);
    const burst = Math.max(1, rate * BURST_S);
    this.#tokens = Math.min(
      burst,
      this.#tokens + (rate * Math.max(nowMs - this.#filledMs, 0)) / 1_000,
    );
    this.#filledMs = nowMs;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return this.#start(nowMs);
    }
    this.refuse(priority, nowMs);
    // Those refused before it come before it: told the same moment, they would all come back in it.
    const ahead = this.#refused.length - 1;
    return Math.ceil((1_000 * (1 - this.#tokens + ahead)) / Math.max(rate, RATE_MIN));
  }

  refuse(priority: Priority = PRIORITY_DEFAULT, nowMs: number): void {
    this.#refusedMs = nowMs;
    this.#refused.push({ atMs: nowMs, priority });
  }

  /** Somebody was told to wait, and may be back. */
  isAsked(nowMs: number): boolean {
    return nowMs - this.#refusedMs < ASKED_MS;
  }

  /** One caller goes through for each election. */
  takeProbe(electedMs: number | undefined): boolean {
    if (electedMs === undefined || electedMs <= this.#probedMs) return false;
    this.#probedMs = electedMs;
    return true;
  }

  /** Attempts that these callers may have in flight, and calls they were refused; `undefined` where nobody asks. */
  demand(attemptS: number, nowMs: number): { inFlight: number; waiting: ByPriority } | undefined {
    this.#started = this.#started.filter((atMs) => atMs > nowMs - 1_000 * attemptS);
    this.#refused = this.#refused.filter(({ atMs }) => atMs > nowMs - WAITING_MS);
    if (this.#started.length + this.#refused.length === 0) return undefined;
    const waiting: [number, number, number, number, number] = [0, 0, 0, 0, 0];
    for (const { priority } of this.#refused) waiting[priority - 1]! += 1;
    return { inFlight: this.#started.length, waiting };
  }

  #start(nowMs: number): number {
    this.#started.push(nowMs);
    return 0;
  }
}

function startsPerSecond({ consultSlots, consultRate, attemptS }: Allowance): number {
  const bySlots =
    consultSlots === undefined
      ? Number.POSITIVE_INFINITY
      : consultSlots / Math.max(attemptS, 0.001);
  return Math.min(bySlots, consultRate ?? Number.POSITIVE_INFINITY);
}
