import type { Decision, Random } from "@headway/core";
import type { Priority } from "@headway/core/signals";
import type { Cancel, Clock } from "../clock.ts";
import type { NotNowCause } from "../not-now.ts";
import type { Caller } from "./caller.ts";
import type { Admission, Settle, Visit, Withdraw } from "./admission.ts";
import type { Gate } from "./gate.ts";
import type { Judgement } from "./judgement.ts";
import { WaitQueue } from "./wait-queue.ts";

export interface WaitingRoomOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly queueLengthMax: number;
  /** Told when the number of those that wait changes. */
  readonly onWaiting: (dependency: string, priority: Priority, count: number) => void;
}

interface Waiter {
  readonly visit: Visit;
  readonly draw: number;
  readonly sinceMs: number;
  readonly settle: Settle;
  readonly cancelTimeout: Cancel;
  /** What it waited for last: named when it goes, though it may have ended by then. */
  metBy: Decision | null;
  /** The hold that it met last. */
  heldBy: Decision | null;
  /** Its own moment, once what held it is gone. */
  releaseAtMs: number | undefined;
}

type Refusal = Extract<Judgement, { goes: false }>;

/** What one caller was told, and all of its kind would be. */
interface SharedRefusal {
  readonly caller: Caller;
  readonly judgement: Refusal;
}

/** An answer must reach the caller before its deadline does, or the caller goes without one. */
const DEADLINE_MARGIN_MS = 10;

/**
 * Lets calls through a gate, those that have to wait in order of their rank.
 *
 * W1  A newcomer never overtakes: while anybody waits, it queues too, and is let in from the queue.
 * W2  Nobody waits in vain: a call whose turn is known to come too late is refused at once, with when to come back.
 * W3  A call that cannot finish before its deadline does not go out while a decision limits the dependency.
 * W4  Those that a hold kept do not return together: each waits its own part of the spread, unless a lease spaces them.
 * W5  A call below a run that holds a place here goes on that place as soon as no other call does: the run may be waiting for
 *     it, and would keep the place from it for ever.
 * W6  Telling of the waiting may come back here (it can tick the engine in this process), so it comes last: whoever goes is
 *     out of the queue and settled by then, and whoever begins to wait can be withdrawn.
 * W7  A drain looks at all that wait, and judges few of them: nothing is freed while it lasts, so what keeps one caller back
 *     keeps back the next of its kind.
 */
export class WaitingRoom {
  readonly #gate: Gate;
  readonly #options: WaitingRoomOptions;
  readonly #queue = new WaitQueue<Waiter>();
  readonly #counts = new Map<Priority, number>();
  #cancelWake: Cancel = () => {};
  #wakeAtMs = Number.POSITIVE_INFINITY;

  constructor(gate: Gate, options: WaitingRoomOptions) {
    this.#gate = gate;
    this.#options = options;
  }

  get length(): number {
    return this.#queue.length;
  }

  /**
   * Enters the gate if the call may go now; else waits, or refuses. `settle` is told which, once, at once or later. Where it
   * is later, `onWait` gets what withdraws the call, after which `settle` is told nothing.
   */
  admit(visit: Visit, nowMs: number, settle: Settle, onWait?: (withdraw: Withdraw) => void): void {
    const borrowed = borrow(visit, 0);
    if (borrowed !== undefined) return settle(borrowed);
    const draw = this.#options.random();
    const admission = this.#answerAtOnce(visit, draw, nowMs);
    if (admission !== undefined) return settle(admission);
    this.#wait({ visit, draw, settle }, nowMs, onWait);
  }

  /** Undefined: it has to wait. */
  #answerAtOnce(visit: Visit, draw: number, nowMs: number): Admission | undefined {
    const judgement = this.#gate.judge(visit.caller, draw, nowMs);
    if (judgement.goes && this.#queue.length === 0) {
      if (!this.#isTooLate(visit, judgement.decision, nowMs))
        return this.#enter(judgement, 0, nowMs);
      return this.#refuse("deadline", judgement, 0, 0);
    }
    if (!judgement.goes) {
      const because = this.#refusedAtOnce(visit, judgement, nowMs);
      if (because !== undefined) {
        return this.#refuse(because, judgement, 0, judgement.retryAtMs - nowMs);
      }
    }
    if (this.#makeRoom(visit, nowMs)) return undefined;
    const retryAfterMs = judgement.goes ? 0 : judgement.retryAtMs - nowMs;
    return this.#refuse("queue_full", judgement, 0, retryAfterMs);
  }

  /** Lets in whoever may go now. Called when a place got free, when decisions change and when a moment has come. */
  drain(nowMs: number): void {
    this.#cancelWake();
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
    const gone: Visit[] = [];
    let shared: SharedRefusal | undefined;
    this.#queue.drain((waiter) => {
      const { caller } = waiter.visit;
      const known = shared !== undefined && isAlike(shared.caller, caller) ? shared : undefined;
      const judgement = known?.judgement ?? this.#gate.judge(caller, waiter.draw, nowMs);
      if (known === undefined) shared = sharedOf(caller, judgement);
      const admission = this.#answer(waiter, judgement, nowMs);
      if (admission === undefined) return false;
      endWait(waiter, admission);
      gone.push(waiter.visit);
      return true;
    });
    if (Number.isFinite(this.#wakeAtMs)) this.#wake(this.#wakeAtMs - nowMs);
    for (const visit of gone) this.#changed(visit, -1);
  }

  /** Undefined: it goes on waiting. */
  #answer(waiter: Waiter, judgement: Judgement, nowMs: number): Admission | undefined {
    const waitedMs = nowMs - waiter.sinceMs;
    const borrowed = borrow(waiter.visit, waitedMs);
    if (borrowed !== undefined) return borrowed;
    if (judgement.goes) {
      const releaseAtMs = this.#releaseAt(waiter, judgement, nowMs);
      if (releaseAtMs > nowMs) {
        this.#wakeAtMs = Math.min(this.#wakeAtMs, releaseAtMs);
        return undefined;
      }
      const decision = judgement.decision ?? waiter.metBy;
      return this.#enter({ ...judgement, decision }, waitedMs, nowMs);
    }
    if (judgement.decision !== null) this.#remember(waiter, judgement.decision);
    const because = this.#refusedAtOnce(waiter.visit, judgement, nowMs, waiter.sinceMs);
    if (because === undefined) {
      this.#wakeAtMs = Math.min(this.#wakeAtMs, judgement.askAgainAtMs);
      return undefined;
    }
    return this.#refuse(because, judgement, waitedMs, judgement.retryAtMs - nowMs);
  }

  #remember(waiter: Waiter, decision: Decision): void {
    waiter.metBy = decision;
    if (decision.action !== "hold") return;
    waiter.heldBy = decision;
    waiter.releaseAtMs = undefined;
  }

  #releaseAt(waiter: Waiter, judgement: Extract<Judgement, { goes: true }>, nowMs: number): number {
    const spreadMs = waiter.heldBy?.spreadMs ?? 0;
    if (spreadMs === 0 || judgement.isProbe) return nowMs;
    if (Number.isFinite(this.#gate.limitAt(nowMs))) return nowMs;
    waiter.releaseAtMs ??= nowMs + waiter.draw * spreadMs;
    return waiter.releaseAtMs;
  }

  #refusedAtOnce(
    visit: Visit,
    judgement: Refusal,
    nowMs: number,
    sinceMs = nowMs,
  ): NotNowCause | undefined {
    if (judgement.isFinal) return "decision";
    const startAtMs = judgement.isFixed ? judgement.askAgainAtMs : nowMs;
    if (startAtMs > this.#latestStart(visit)) return "deadline";
    const isOverLong = startAtMs > sinceMs + visit.waitMs || visit.waitMs <= 0;
    return isOverLong ? "wait" : undefined;
  }

  /** A standing bound alone refuses nobody who has a place: the mean says little of one call to a healthy dependency. */
  #isTooLate(visit: Visit, decision: Decision | null, nowMs: number): boolean {
    return decision !== null && nowMs > this.#latestStart(visit);
  }

  /** The last moment at which going out still leaves the time that a good attempt takes. */
  #latestStart({ deadlineAtMs }: Visit): number {
    return deadlineAtMs - this.#gate.serviceTime.meanMs - DEADLINE_MARGIN_MS;
  }

  #enter(
    judgement: Extract<Judgement, { goes: true }>,
    waitedMs: number,
    nowMs: number,
  ): Admission {
    const { decision, advised, isProbe } = judgement;
    this.#gate.enter(nowMs, isProbe);
    return { admitted: true, decision, advised, waitedMs, isProbe, isBorrowed: false };
  }

  #refuse(
    because: NotNowCause,
    { decision, advised }: Judgement,
    waitedMs: number,
    retryAfterMs: number,
  ): Admission {
    return {
      admitted: false,
      because,
      decision,
      advised,
      waitedMs,
      retryAfterMs: Math.max(1, retryAfterMs),
    };
  }

  #makeRoom(visit: Visit, nowMs: number): boolean {
    if (this.#queue.length < this.#options.queueLengthMax) return true;
    const last = this.#queue.last;
    if (last === undefined || last.visit.caller.priority <= visit.caller.priority) return false;
    // Full of less urgent calls: the last of them gives up its place.
    this.#giveUp(last, "queue_full", nowMs);
    return true;
  }

  #wait(
    arrival: Pick<Waiter, "visit" | "draw" | "settle">,
    nowMs: number,
    onWait: ((withdraw: Withdraw) => void) | undefined,
  ): void {
    const { clock } = this.#options;
    const { visit } = arrival;
    const latestAtMs = Math.min(nowMs + visit.waitMs, this.#latestStart(visit));
    const onTimeout = () => {
      const because = nowMs + visit.waitMs <= latestAtMs ? "wait" : "deadline";
      this.#giveUp(waiter, because, clock.now());
    };
    // Kept alive: the application itself waits for this call, so its process must not end under it.
    const cancelTimeout = clock.schedule(onTimeout, latestAtMs - nowMs, true);
    const waiter: Waiter = {
      ...arrival,
      sinceMs: nowMs,
      cancelTimeout,
      metBy: null,
      heldBy: null,
      releaseAtMs: undefined,
    };
    this.#queue.add(waiter, {
      priority: visit.caller.priority,
      fairnessKey: visit.fairnessKey,
      deadlineAtMs: visit.deadlineAtMs,
    });
    onWait?.(() => this.#withdraw(waiter));
    this.#changed(visit, 1);
    this.drain(nowMs);
  }

  #withdraw(waiter: Waiter): void {
    waiter.cancelTimeout();
    if (this.#remove(waiter)) this.#changed(waiter.visit, -1);
  }

  #giveUp(waiter: Waiter, because: NotNowCause, nowMs: number): void {
    if (!this.#remove(waiter)) return;
    const judgement = this.#gate.judge(waiter.visit.caller, waiter.draw, nowMs);
    const retryAfterMs = judgement.goes ? 0 : judgement.retryAtMs - nowMs;
    endWait(waiter, this.#refuse(because, judgement, nowMs - waiter.sinceMs, retryAfterMs));
    this.#changed(waiter.visit, -1);
  }

  /** Whether it waited. */
  #remove(waiter: Waiter): boolean {
    const wasWaiting = this.#queue.remove(waiter);
    if (wasWaiting && this.#queue.length === 0) this.#cancelWake();
    return wasWaiting;
  }

  #changed({ caller: { priority } }: Visit, by: 1 | -1): void {
    const count = (this.#counts.get(priority) ?? 0) + by;
    this.#counts.set(priority, count);
    this.#options.onWaiting(this.#gate.dependency, priority, count);
  }

  #wake(delayMs: number): void {
    const { clock } = this.#options;
    this.#cancelWake = clock.schedule(() => this.drain(clock.now()), Math.max(delayMs, 1));
  }
}

function isAlike(a: Caller, b: Caller): boolean {
  return a.priority === b.priority && a.agent === b.agent;
}

function sharedOf(caller: Caller, judgement: Judgement): SharedRefusal | undefined {
  return !judgement.goes && judgement.isShared ? { caller, judgement } : undefined;
}

function borrow({ held }: Visit, waitedMs: number): Admission | undefined {
  if (held === undefined || !held.isOpen || held.isLent) return undefined;
  held.isLent = true;
  const [decision, advised] = [null, null];
  return { admitted: true, decision, advised, waitedMs, isProbe: false, isBorrowed: true };
}

function endWait(waiter: Waiter, admission: Admission): void {
  waiter.cancelTimeout();
  waiter.settle(admission);
}
