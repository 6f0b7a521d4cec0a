import { PRIORITIES, PRIORITY_DEFAULT } from "../signals/priority.ts";
import type { Priority } from "../signals/priority.ts";
import type { Allowance } from "./dependency-control.ts";
import type { ByPriority } from "./instance-gauges.ts";
import { RecentCount } from "./recent-count.ts";

/** The callers that take no leases, all together: to the split they are one process of this name. */
export const CONSULTS = "POST /v1/decide";

/** What may start at once after a pause. */
const BURST_S = 0.25;
/** Whoever was refused longer ago than this has come back or given up. */
const WAITING_MS = 2_000;
/** Starts are remembered for as long as an attempt takes, and no less: until answers come, it is not known how long that is. */
const STARTED_MS_MIN = 60_000;
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
  readonly #started = new RecentCount();
  /** Index 0 is priority 1. */
  readonly #refused = PRIORITIES.map(() => new RecentCount());
  #askedMs = Number.NEGATIVE_INFINITY;
  #probedMs = Number.NEGATIVE_INFINITY;
  #invitedToMs = Number.NEGATIVE_INFINITY;

  /** 0: may go, and is counted. Else how long until it may. */
  take(allowance: Allowance, priority: Priority | undefined, nowMs: number): number {
    const rate = startsPerSecond(allowance);
    if (!Number.isFinite(rate)) return this.#start(allowance, nowMs);
    // The slots there are can be taken all at once, but not more than those.
    const burst = Math.max(1, Math.min(rate * BURST_S, allowance.consultSlots ?? Infinity));
    this.#tokens = Math.min(
      burst,
      this.#tokens + (rate * Math.max(nowMs - this.#filledMs, 0)) / 1_000,
    );
    this.#filledMs = nowMs;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return this.#start(allowance, nowMs);
    }
    this.refuse(priority, nowMs);
    // Those refused before it come before it: told the same moment, they would all come back in it.
    const ahead = this.#waiting(nowMs).reduce((sum, count) => sum + count, -1);
    // No share at all is for this tick only: whoever asks now takes part in the next split.
    const hoped = rate > 0 ? rate : startsPerSecond({ ...allowance, consultSlots: 1 });
    return Math.ceil((1_000 * (1 - this.#tokens + ahead)) / Math.max(hoped, RATE_MIN));
  }

  refuse(priority: Priority = PRIORITY_DEFAULT, nowMs: number): void {
    this.#askedMs = nowMs;
    this.#refused[priority - 1]!.add(nowMs, WAITING_MS);
  }

  /** Somebody was told to wait, or let through to probe, and may be back. */
  isAsked(nowMs: number): boolean {
    return nowMs - this.#askedMs < ASKED_MS;
  }

  /** Whether a caller has gone through for this election. */
  hasProbed(electedMs: number): boolean {
    return this.#probedMs >= electedMs;
  }

  /** One caller goes through for each election. */
  takeProbe(electedMs: number | undefined, nowMs: number): boolean {
    if (electedMs === undefined || electedMs <= this.#probedMs) return false;
    this.#askedMs = nowMs;
    this.#probedMs = electedMs;
    return true;
  }

  /**
   * Whether this caller is asked back for the next probe, at `atMs`. One is, until that moment has come: with nobody asked, the
   * dependency would be tried when a hold's whole time is over, and with all, all would come for one probe.
   */
  invite(atMs: number, nowMs: number): boolean {
    if (nowMs < this.#invitedToMs) return false;
    this.#invitedToMs = atMs;
    return true;
  }

  /** Attempts that these callers may have in flight, and calls they were refused; `undefined` where nobody asks. */
  demand(attemptS: number, nowMs: number): { inFlight: number; waiting: ByPriority } | undefined {
    const inFlight = this.#started.within(1_000 * attemptS, nowMs);
    const waiting = this.#waiting(nowMs);
    return inFlight + waiting.reduce((sum, count) => sum + count, 0) > 0
      ? { inFlight, waiting }
      : undefined;
  }

  #waiting(nowMs: number): ByPriority {
    const of = (priority: Priority): number =>
      this.#refused[priority - 1]!.within(WAITING_MS, nowMs);
    return [of(1), of(2), of(3), of(4), of(5)];
  }

  #start({ attemptS }: Allowance, nowMs: number): number {
    this.#started.add(nowMs, Math.max(STARTED_MS_MIN, 1_000 * attemptS));
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
