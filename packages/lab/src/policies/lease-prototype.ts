import type { EventQueue } from "../simulation/event-queue.ts";
import { BoundedGate } from "./bounded-gate.ts";
import { DependencyGuards } from "./dependency-guards.ts";
import { LittleBound } from "./little-bound.ts";
import { obeys } from "./obedience.ts";
import type { Attempt, AttemptEnd, CoordinatorAccount, Guard, Passage, Policy } from "./policy.ts";
import { wholeShares } from "./whole-shares.ts";

const TICK_MS = 250;
const STALENESS_MS = 200;
const RELAXED_SHARE = 0.6;
/** A slot that moves is in use twice for a while: by whom it was taken from, until that attempt has ended, and by whom it went to. */
const TICKS_PER_TURN = 4;

/**
 * The plainest coordination of which only decisions travel: a bound on all that the fleet has in flight, split into leases.
 *
 *     every 0.25 s: B by Little's law (see LittleBound)
 *     while in flight + waiting < 0.6 B: nobody is held
 *     else: whole slots of B, max-min fair by demand (in flight + waiting); where they do not go round, the turn moves every second
 *     a process with a lease that is rejected sends nothing more before its next one
 *
 * What a tick decides holds a staleness later (200 ms unless the scenario says otherwise). In a process, what finds no place waits in
 * order of priority and deadline. The caller's own back-off stays. A process that does not obey is counted, and takes no lease.
 */
export const leasePrototype: Policy = {
  name: "lease-prototype",
  title: "Lease prototype",
  source: "Little, A Proof for the Queuing Formula L = λW, 1961; leases as in youtube/doorman",
  kind: "decisions",
  create({ events, processes, dependencies, coordination }) {
    const stalenessMs = coordination?.stalenessMs ?? STALENESS_MS;
    const splits = new Map(
      dependencies.map(({ id, timeoutMs }) => [
        id,
        new LeaseSplit(events, {
          processes: processes.length,
          disobeying: coordination?.disobeying ?? 0,
          timeoutMs,
          stalenessMs,
        }),
      ]),
    );
    const guards = processes.map(
      (_, process) =>
        new DependencyGuards(dependencies, ({ id }) => splits.get(id)!.guards[process]!),
    );
    return {
      guardOf: (process) => guards[process]!,
      account: () => accountOf([...splits.values()], processes.length),
    };
  },
};

/** Every process reports once for each tick, and is told at each tick. */
function accountOf(splits: readonly LeaseSplit[], processes: number): CoordinatorAccount {
  const ticks = splits.reduce((sum, split) => sum + split.ticks, 0);
  const holdsAtMs = splits.flatMap((split) => split.holdsAtMs).sort((a, b) => a - b);
  return { reports: ticks * processes, ticks, deliveries: ticks * processes, holdsAtMs };
}

/** One dependency's bound and its leases. */
class LeaseSplit {
  readonly guards: readonly LeasedProcess[];
  /** When it began to hold. */
  readonly holdsAtMs: number[] = [];
  readonly #events: EventQueue;
  readonly #bound: LittleBound;
  readonly #stalenessMs: number;
  #isHolding = false;
  ticks = 0;
  #answered = 0;
  #inFlightAtReject: number | undefined;

  constructor(
    events: EventQueue,
    options: {
      readonly processes: number;
      readonly disobeying: number;
      readonly timeoutMs: number;
      readonly stalenessMs: number;
    },
  ) {
    this.#events = events;
    this.#bound = new LittleBound(options.timeoutMs);
    this.#stalenessMs = options.stalenessMs;
    this.guards = Array.from(
      { length: options.processes },
      (_, at) => new LeasedProcess(events, (end) => this.#note(end), obeys(at, options.disobeying)),
    );
    const tick = (): void => {
      this.#decide();
      events.after(TICK_MS, tick);
    };
    events.after(TICK_MS, tick);
  }

  get #inFlight(): number {
    return this.guards.reduce((sum, { gate }) => sum + gate.inFlight, 0);
  }

  #note({ outcome }: AttemptEnd): void {
    if (outcome === "ok") this.#answered += 1;
    // Without the rejected one itself, which never got in.
    if (outcome === "throttled") this.#inFlightAtReject ??= this.#inFlight - 1;
  }

  #decide(): void {
    this.#bound.tick({
      nowMs: this.#events.nowMs,
      answered: this.#answered,
      inFlightAtReject: this.#inFlightAtReject,
    });
    this.#answered = 0;
    this.#inFlightAtReject = undefined;
    this.ticks += 1;
    const leases = this.#split();
    if (leases !== undefined && !this.#isHolding) this.holdsAtMs.push(this.#events.nowMs);
    this.#isHolding = leases !== undefined;
    this.#events.after(this.#stalenessMs, () => {
      for (const [at, guard] of this.guards.entries()) guard.lease(leases?.[at]);
    });
  }

  /** Undefined: nobody is held. */
  #split(): readonly number[] | undefined {
    const demands = this.guards.map(({ gate }) => gate.inFlight + gate.waiting);
    const demand = demands.reduce((sum, one) => sum + one, 0);
    const { bound } = this.#bound;
    if (demand < RELAXED_SHARE * bound) return undefined;
    return wholeShares(bound, demands, Math.floor(this.ticks / TICKS_PER_TURN) % demands.length);
  }
}

/** What stands before the calls of one process. */
class LeasedProcess implements Guard {
  readonly gate: BoundedGate;
  readonly #note: (end: AttemptEnd) => void;
  readonly #obeys: boolean;
  #lease = Number.POSITIVE_INFINITY;
  #isShut = false;

  constructor(events: EventQueue, note: (end: AttemptEnd) => void, isObeying: boolean) {
    this.#obeys = isObeying;
    this.gate = new BoundedGate(events, () => (this.#isShut ? 0 : this.#lease));
    this.#note = note;
  }

  lease(amount: number | undefined): void {
    if (!this.#obeys) return;
    this.#lease = amount ?? Number.POSITIVE_INFINITY;
    this.#isShut = false;
    this.gate.pump();
  }

  request(attempt: Attempt, passage: Passage): void {
    this.gate.request(attempt, passage);
  }

  withdraw(attempt: Attempt): void {
    this.gate.withdraw(attempt);
  }

  ended(_attempt: Attempt, end: AttemptEnd): void {
    this.#note(end);
    if (end.outcome === "throttled") this.#isShut = this.#lease !== Number.POSITIVE_INFINITY;
    this.gate.release();
  }

  retryAfter(_attempt: Attempt, _end: AttemptEnd, backoffMs: number): number {
    return backoffMs;
  }
}
