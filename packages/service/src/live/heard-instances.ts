import { isoOf } from "../api/wire.ts";
import type { LiveConnections, LiveInstance } from "./live-view.ts";

interface Heard {
  readonly atMs: number;
  readonly windowMs: number;
}

export interface ConnectedInstances {
  readonly streaming: ReadonlySet<string>;
  /** All with a connection, or between two polls; those that stream included. */
  readonly connected: Iterable<string>;
}

const INSTANCES_MAX = 20_000;
const TOLD_MAX = 50;
/** A process that says nothing for so long is gone, not stale. */
const FORGET_MS = 600_000;
/** As the engine has it: what a process had in flight counts no more after three of its windows. */
const STALE_WINDOWS = 3;
const STALE_MS_MIN = 3_000;

/** When each process was last heard from. Bounded: of more than 20,000 those heard from longest ago are forgotten. */
export class HeardInstances {
  readonly #heard = new Map<string, Heard>();

  record(instance: string, windowMs: number, nowMs: number): void {
    // Deleted first, so that the map is in the order of hearing.
    this.#heard.delete(instance);
    this.#heard.set(instance, { atMs: nowMs, windowMs });
    if (this.#heard.size <= INSTANCES_MAX) return;
    const [oldest] = this.#heard.keys();
    if (oldest !== undefined) this.#heard.delete(oldest);
  }

  view({ streaming, connected }: ConnectedInstances, nowMs: number): LiveConnections {
    this.#forget(nowMs);
    const connectedIds = new Set(connected);
    const ids = new Set([...this.#heard.keys(), ...connectedIds]);
    const counts = { stream: 0, poll: 0, reportsOnly: 0, stale: 0 };
    const all: (LiveInstance & { readonly atMs: number })[] = [];
    for (const id of ids) {
      const heard = this.#heard.get(id);
      const via = streaming.has(id) ? "stream" : connectedIds.has(id) ? "poll" : "reports";
      // One that is connected and has never reported has nothing to tell: it only listens.
      const isStale = heard !== undefined && nowMs - heard.atMs > staleMs(heard);
      counts[via === "reports" ? "reportsOnly" : via] += 1;
      if (isStale) counts.stale += 1;
      const atMs = heard?.atMs ?? Number.POSITIVE_INFINITY;
      all.push({ id, via, heardAt: heard === undefined ? null : isoOf(atMs), isStale, atMs });
    }
    const told = all
      .toSorted((a, b) => Number(b.isStale) - Number(a.isStale) || a.atMs - b.atMs)
      .slice(0, TOLD_MAX)
      .map(({ id, via, heardAt, isStale }) => ({ id, via, heardAt, isStale }));
    return { ...counts, instances: told, instancesUntold: all.length - told.length };
  }

  #forget(nowMs: number): void {
    for (const [instance, { atMs }] of this.#heard) {
      if (nowMs - atMs < FORGET_MS) return;
      this.#heard.delete(instance);
    }
  }
}

function staleMs({ windowMs }: Heard): number {
  return Math.max(STALE_MS_MIN, STALE_WINDOWS * windowMs);
}
