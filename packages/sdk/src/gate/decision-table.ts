import type { Decision, Lease, Random } from "@headway/core";
import type { Priority } from "@headway/core/signals";
import type { Clock } from "../clock.ts";
import type { DecisionMessage } from "./decision-message.ts";
import { Gate } from "./gate.ts";
import type { GateState } from "./gate.ts";
import { isSameGrant, safeUntilMs } from "./lease-holding.ts";
import { WaitingRoom } from "./waiting-room.ts";

export interface DecisionTableOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** False: decisions are recorded, whatever their mode. */
  readonly enforces: boolean;
  /** Dependencies known at one time; a call to one more goes out unguarded. */
  readonly dependenciesMax: number;
  /** Calls waiting for one dependency. */
  readonly queueLengthMax: number;
  readonly onWaiting: (dependency: string, priority: Priority, count: number) => void;
  /** A call goes out unguarded, as the table is full. */
  readonly onUnguarded: () => void;
  readonly onLease: (dependency: string, amount: number) => void;
  readonly onDecision: (decision: Decision, state: "issued" | "ended") => void;
}

/** One dependency as this process knows it. */
export interface Place {
  readonly gate: Gate;
  readonly room: WaitingRoom;
}

/** A lease, and when it was granted. */
interface ToldLease {
  readonly lease: Lease;
  readonly toldAtMs: number;
}

/**
 * All that this process has been told, by dependency. `at` is the whole cost of a check on the common path: one lookup.
 */
export class DecisionTable {
  readonly #options: DecisionTableOptions;
  readonly #state: { isStale: boolean; readonly enforces: boolean };
  readonly #places = new Map<string, Place>();
  readonly #decisions = new Map<string, Decision>();
  #byDependency = new Map<string, Decision[]>();
  #leases = new Map<string, ToldLease>();
  #version = 0;

  constructor(options: DecisionTableOptions) {
    this.#options = options;
    this.#state = { isStale: false, enforces: options.enforces } satisfies GateState;
  }

  get version(): number {
    return this.#version;
  }

  /** Undefined: the table is full, and the call is not guarded. */
  at(dependency: string): Place | undefined {
    return this.#places.get(dependency) ?? this.#open(dependency);
  }

  /** When all that is known has run out; minus infinity where nothing is known. */
  knownUntilMs(): number {
    let untilMs = Number.NEGATIVE_INFINITY;
    for (const { expiresAtMs } of this.#decisions.values())
      untilMs = Math.max(untilMs, expiresAtMs);
    for (const { lease, toldAtMs } of this.#leases.values())
      untilMs = Math.max(untilMs, safeUntilMs(lease, toldAtMs));
    return untilMs;
  }

  apply(message: DecisionMessage, nowMs: number): void {
    const touched = new Set<string>();
    this.#version = message.version;
    this.#applyDecisions(message, nowMs, touched);
    if (message.leases !== undefined) this.#applyLeases(message.leases, nowMs, touched);
    this.#index();
    for (const dependency of touched) this.#update(dependency, nowMs);
  }

  /** Stale: all gates open and all that wait go. */
  setStale(isStale: boolean, nowMs: number): void {
    if (this.#state.isStale === isStale) return;
    this.#state.isStale = isStale;
    for (const { gate, room } of this.#places.values()) {
      gate.refresh();
      room.drain(nowMs);
    }
  }

  #applyDecisions(message: DecisionMessage, nowMs: number, touched: Set<string>): void {
    const kept = new Set(message.decisions.map(({ id }) => id));
    const ended = new Set(message.ended);
    for (const [id, decision] of this.#decisions) {
      const isGone = message.kind === "snapshot" ? !kept.has(id) : ended.has(id);
      if (!isGone && nowMs < decision.expiresAtMs) continue;
      if (kept.has(id)) continue;
      this.#decisions.delete(id);
      touched.add(decision.scope.dependency);
      this.#options.onDecision(decision, "ended");
    }
    for (const decision of message.decisions) {
      const known = this.#decisions.get(decision.id);
      this.#decisions.set(decision.id, decision);
      touched.add(decision.scope.dependency);
      if (known?.version !== decision.version) this.#options.onDecision(decision, "issued");
    }
  }

  #applyLeases(leases: readonly Lease[], nowMs: number, touched: Set<string>): void {
    const next = new Map<string, ToldLease>();
    for (const lease of leases) {
      const known = this.#leases.get(lease.dependency);
      // A message carries all leases, the old ones too; a term begins when it is granted.
      const isOld = known !== undefined && isSameGrant(known.lease, lease);
      next.set(lease.dependency, { lease, toldAtMs: isOld ? known.toldAtMs : nowMs });
    }
    for (const dependency of this.#leases.keys()) {
      if (next.has(dependency)) continue;
      touched.add(dependency);
      this.#options.onLease(dependency, 0);
    }
    for (const [dependency, { lease }] of next) {
      touched.add(dependency);
      this.#options.onLease(dependency, lease.amount);
    }
    this.#leases = next;
  }

  #index(): void {
    this.#byDependency = new Map();
    for (const decision of this.#decisions.values()) {
      const { dependency } = decision.scope;
      const others = this.#byDependency.get(dependency);
      if (others === undefined) this.#byDependency.set(dependency, [decision]);
      else others.push(decision);
    }
  }

  #update(dependency: string, nowMs: number): void {
    const place = this.#places.get(dependency);
    if (place === undefined) return;
    const decisions = this.#byDependency.get(dependency) ?? [];
    const { lease = null, toldAtMs = nowMs } = this.#leases.get(dependency) ?? {};
    place.gate.update(decisions, lease, toldAtMs);
    place.room.drain(nowMs);
  }

  #open(dependency: string): Place | undefined {
    const { dependenciesMax, clock } = this.#options;
    if (this.#places.size >= dependenciesMax) this.#dropIdle();
    if (this.#places.size >= dependenciesMax) {
      this.#options.onUnguarded();
      return undefined;
    }
    const gate = new Gate(dependency, this.#state);
    const place = { gate, room: new WaitingRoom(gate, this.#options) };
    this.#places.set(dependency, place);
    if (this.#byDependency.has(dependency) || this.#leases.has(dependency)) {
      this.#update(dependency, clock.now());
    }
    return place;
  }

  /** Forgets what nobody is using. Costs a walk, and only a process with very many dependencies ever pays it. */
  #dropIdle(): void {
    for (const [dependency, { gate, room }] of this.#places) {
      if (gate.inFlight === 0 && room.length === 0 && gate.isOpen) this.#places.delete(dependency);
    }
  }
}
