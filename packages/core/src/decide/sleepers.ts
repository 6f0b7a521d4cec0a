import type { EngineLimits } from "./engine-types.ts";

/** When the table of dependencies is full, this part of it is cleared, of those that sleep: not one for each newcomer. */
const ROOM_SHARE = 0.05;

/** The dependencies that nobody calls, the longest asleep first. They keep their history and baseline, until they are forgotten. */
export class Sleepers {
  /** A Map keeps the order in which they fell asleep. */
  readonly #sinceMs = new Map<string, number>();
  readonly #limits: Pick<EngineLimits, "historyMs" | "dependenciesMax">;

  constructor(limits: Pick<EngineLimits, "historyMs" | "dependenciesMax">) {
    this.#limits = limits;
  }

  add(id: string, nowMs: number): void {
    this.#sinceMs.delete(id);
    this.#sinceMs.set(id, nowMs);
  }

  delete(id: string): void {
    this.#sinceMs.delete(id);
  }

  /** Whom to forget: who has slept for longer than a history goes back, and, in a full table, the longest asleep. */
  overdue(size: number, nowMs: number): string[] {
    const { historyMs, dependenciesMax } = this.#limits;
    const room = Math.floor(dependenciesMax * (1 - ROOM_SHARE));
    const surplus = size < dependenciesMax ? 0 : size - room;
    const overdue: string[] = [];
    for (const [id, sinceMs] of this.#sinceMs) {
      if (nowMs - sinceMs <= historyMs && overdue.length >= surplus) break;
      overdue.push(id);
    }
    return overdue;
  }
}
