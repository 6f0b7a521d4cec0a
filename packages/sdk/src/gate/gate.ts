import type { Decision, Lease } from "@headway/core";
import type { Caller } from "./caller.ts";
import type { Judgement } from "./judgement.ts";
import { LeaseHolding } from "./lease-holding.ts";
import { appliesTo, inPrecedence, isOverride } from "./precedence.ts";
import { ServiceTime } from "./service-time.ts";

/**
 * A rejection comes back in milliseconds: a place that were free at once would be spent on rejections by the hundred. Measured with a
 * provider that rejects: 0.25, 0.5 and 1 s give 15.5, 15.2 and 15.1 good answers a second of 16, and 16, 11 and 10 % of attempts wasted.
 */
const REST_MS = 500;
/** Where nothing is known of how long an attempt takes, a refused caller is told to come back after this. */
const RETRY_MS_DEFAULT = 1_000;

/** What every gate of a process shares. */
export interface GateState {
  /** The service is silent: nothing it said is obeyed any more. */
  isStale: boolean;
  /** False: decisions are recorded, whatever their mode. */
  readonly enforces: boolean;
}

/**
 * What this process knows and does about one dependency: the decisions in force, its lease, and its attempts in flight.
 *
 * G1  Stale or nothing known: everybody goes.
 * G2  Only decisions in mode `enforce` are obeyed; the first of `advise` is passed on to be recorded.
 * G3  An operator's override is obeyed alone: `proceed` by override needs no lease.
 * G4  A hold stands until it is ended or expires, and its `notBefore` only says when that may be; a deferral is over at its
 *     `notBefore` and the caller's own part of the spread.
 */
export class Gate {
  readonly dependency: string;
  readonly serviceTime = new ServiceTime();
  inFlight = 0;
  /** True on the common path: nothing is known that could limit a call. */
  isOpen = true;
  readonly #state: GateState;
  #decisions: readonly Decision[] = [];
  /** All of them only advise. */
  #isAdvised = false;
  #lease: LeaseHolding | undefined;
  /** When each resting place may be used again, in order. */
  readonly #restsUntilMs: number[] = [];

  constructor(dependency: string, state: GateState) {
    this.dependency = dependency;
    this.#state = state;
  }

  get decisions(): readonly Decision[] {
    return this.#decisions;
  }

  get leaseAmount(): number {
    return this.#lease?.amount ?? 0;
  }

  /** Takes what the service says now; the lease only where `lease` is given, `null` ending it; it was told at `leasedAtMs`. */
  update(decisions: Iterable<Decision>, lease: Lease | null | undefined, leasedAtMs: number): void {
    this.#decisions = inPrecedence(decisions);
    this.#isAdvised =
      this.#decisions.length > 0 && this.#decisions.every(({ mode }) => mode !== "enforce");
    if (lease === null) this.#lease = undefined;
    else if (lease !== undefined) {
      if (this.#lease === undefined) this.#lease = new LeaseHolding(lease, leasedAtMs);
      else this.#lease.renew(lease, leasedAtMs);
    }
    this.refresh();
  }

  refresh(): void {
    this.isOpen =
      this.#state.isStale || (this.#decisions.length === 0 && this.#lease === undefined);
  }

  /**
   * Says whether `caller` may go now. `draw`, in [0, 1), is the caller's own place in whatever is spread; it keeps it while
   * it waits. Takes nothing: `enter` does.
   */
  judge(caller: Caller, draw: number, nowMs: number): Judgement {
    if (this.#state.isStale) return go(null, null);
    const { decision, advised } = this.#find(caller, nowMs);
    if (decision === null) return this.#judgeLease(null, advised, nowMs);
    if (decision.action === "shed") {
      return { ...this.#wait(decision, advised, nowMs), isFinal: true };
    }
    if (decision.action === "hold") return this.#judgeHold(decision, advised, draw, nowMs);
    if (decision.action === "defer") {
      const readyAtMs = (decision.notBeforeMs ?? 0) + draw * (decision.spreadMs ?? 0);
      if (nowMs < readyAtMs) {
        return { ...this.#wait(decision, advised, readyAtMs), isFixed: true };
      }
    }
    if (decision.action === "proceed" && isOverride(decision)) return go(decision, advised);
    return this.#judgeLease(decision, advised, nowMs);
  }

  enter(nowMs: number, isProbe = false): void {
    this.inFlight += 1;
    if (isProbe) this.#lease?.probeStarted();
    else this.#lease?.started(nowMs);
  }

  leave(isProbe = false): void {
    this.inFlight -= 1;
    if (isProbe) this.#lease?.probeEnded();
  }

  /** The attempt that leaves was rejected: while a lease limits how many there may be, its place rests. */
  rest(nowMs: number): void {
    if (Number.isFinite(this.limitAt(nowMs))) this.#restsUntilMs.push(nowMs + REST_MS);
  }

  /** The decision that a caller of this kind obeys now, if any. */
  decisionFor(caller: Caller, nowMs: number): Decision | null {
    return this.isOpen ? null : this.#find(caller, nowMs).decision;
  }

  /** How many attempts this process may have in flight; Infinity where that is not limited. */
  limitAt(nowMs: number): number {
    if (this.isOpen || this.#lease === undefined || !this.#isLeaseEnforced()) {
      return Number.POSITIVE_INFINITY;
    }
    return this.#lease.limitAt(nowMs);
  }

  #find(caller: Caller, nowMs: number): { decision: Decision | null; advised: Decision | null } {
    let advised: Decision | null = null;
    for (const decision of this.#decisions) {
      if (!appliesTo(decision, caller, nowMs)) continue;
      if (decision.mode === "enforce" && this.#state.enforces) return { decision, advised };
      if (decision.mode !== "observe") advised ??= decision;
    }
    return { decision: null, advised };
  }

  #judgeHold(decision: Decision, advised: Decision | null, draw: number, nowMs: number): Judgement {
    // Nobody probes through a hold of the operator's, whatever lease an engine's hold beside it has given.
    if (!isOverride(decision) && this.#lease?.mayProbe(this.inFlight, nowMs) === true) {
      return { goes: true, decision, advised, isProbe: true };
    }
    const endMs = Math.max(nowMs, decision.notBeforeMs ?? decision.expiresAtMs);
    const retryAtMs = endMs + draw * (decision.spreadMs ?? 0);
    return { ...this.#wait(decision, advised, retryAtMs), askAgainAtMs: decision.expiresAtMs };
  }

  #judgeLease(decision: Decision | null, advised: Decision | null, nowMs: number): Judgement {
    const lease = this.#lease;
    if (lease === undefined || !this.#isLeaseEnforced()) return go(decision, advised);
    if (this.inFlight + this.#resting(nowMs) >= lease.limitAt(nowMs)) {
      const freeAtMs = nowMs + (this.serviceTime.meanMs || RETRY_MS_DEFAULT);
      return {
        ...this.#wait(decision, advised, freeAtMs),
        askAgainAtMs: Math.min(
          lease.changesAfter(nowMs),
          this.#restsUntilMs[0] ?? Number.POSITIVE_INFINITY,
        ),
        isShared: true,
      };
    }
    const startableAtMs = lease.startableAt(nowMs);
    return startableAtMs <= nowMs
      ? go(decision, advised)
      : { ...this.#wait(decision, advised, startableAtMs), isShared: true };
  }

  #resting(nowMs: number): number {
    const rests = this.#restsUntilMs;
    while (rests.length > 0 && rests[0]! <= nowMs) rests.shift();
    return rests.length;
  }

  /**
   * A lease has no mode of its own: it is given for what is enforced, with a decision in force or, as a standing bound, without
   * one. Beside decisions that only advise it is advice too.
   */
  #isLeaseEnforced(): boolean {
    return this.#state.enforces && !this.#isAdvised;
  }

  #wait(
    decision: Decision | null,
    advised: Decision | null,
    atMs: number,
  ): Extract<Judgement, { goes: false }> {
    return {
      goes: false,
      decision,
      advised,
      askAgainAtMs: atMs,
      retryAtMs: atMs,
      isFixed: false,
      isFinal: false,
      isShared: false,
    };
  }
}

function go(decision: Decision | null, advised: Decision | null): Judgement {
  return { goes: true, decision, advised, isProbe: false };
}
