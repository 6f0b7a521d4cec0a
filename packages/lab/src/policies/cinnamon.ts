import type { Random } from "@headway/core";
import type { EventQueue } from "../simulation/event-queue.ts";
import { BoundedGate } from "./bounded-gate.ts";
import { centralPolicy } from "./central-policy.ts";
import { CinnamonLimit } from "./cinnamon-limit.ts";
import type { Attempt, AttemptEnd, Guard, Passage } from "./policy.ts";

const LEVELS_PER_PRIORITY = 100;
const PRIORITIES = 5;
const LEVELS_REMEMBERED = 1_000;
const QUEUE_PER_LIMIT = 2;
const QUEUE_PER_LIMIT_MAX = 3;
const CALIBRATION_MS = 1_000;

/**
 * Uber's Cinnamon before a dependency, as failsafe-go publishes it (PriorityLimiter): a concurrency limit that tunes itself (see
 * CinnamonLimit), a queue behind it, and rejection by priority from how full the queue is:
 *
 *     rate = (queued - 2 L) / (3 L - 2 L), within [0, 1]; every second the threshold becomes that quantile of the last 1,000 levels
 *     rejected while the limit is reached: at 3 L queued everything, else a level below the threshold
 *
 * A level is 100 * (5 - priority) + random(0..99), the highest most urgent. Its authors put it where all requests pass, at the
 * server; so it stands here, one for the whole fleet. Two readings favour it: its queue is served by priority and deadline, not by
 * arrival, and a throttle of the dependency is no latency. The caller's own back-off stays.
 */
export const cinnamon = centralPolicy(
  {
    name: "cinnamon",
    title: "Cinnamon",
    source:
      "Uber, Cinnamon (engineering blog, 2023); failsafe-go/failsafe-go @5759a5e, adaptivelimiter and priority",
    kind: "central",
  },
  ({ id }, { events, random }) => new CinnamonGuard(events, random(`cinnamon/${id}`)),
);

export class CinnamonGuard implements Guard {
  readonly #events: EventQueue;
  readonly #random: Random;
  readonly #limit = new CinnamonLimit();
  readonly #gate: BoundedGate;
  readonly #levels: number[] = [];
  readonly #inFlightThen = new Map<number, number>();
  #threshold = 0;

  constructor(events: EventQueue, random: Random) {
    this.#events = events;
    this.#random = random;
    this.#gate = new BoundedGate(events, () => this.#limit.limit);
    const tick = (): void => {
      this.#threshold = this.#calibrated();
      events.after(CALIBRATION_MS, tick);
    };
    events.after(CALIBRATION_MS, tick);
  }

  get limit(): number {
    return Math.floor(this.#limit.limit);
  }

  get threshold(): number {
    return this.#threshold;
  }

  request(attempt: Attempt, passage: Passage): void {
    if (this.#gate.inFlight >= this.limit) {
      const within = Math.floor(this.#random() * LEVELS_PER_PRIORITY);
      const level = LEVELS_PER_PRIORITY * (PRIORITIES - attempt.priority) + within;
      const isFull = this.#gate.waiting >= QUEUE_PER_LIMIT_MAX * this.limit;
      if (isFull || level < this.#threshold) return passage.refuse();
      this.#levels.push(level);
      if (this.#levels.length > LEVELS_REMEMBERED) this.#levels.shift();
    }
    this.#gate.request(attempt, {
      refuse: passage.refuse,
      go: () => {
        this.#inFlightThen.set(attempt.id, this.#gate.inFlight);
        passage.go();
      },
    });
  }

  withdraw(attempt: Attempt): void {
    this.#gate.withdraw(attempt);
  }

  ended({ id }: Attempt, { outcome, latencyMs }: AttemptEnd): void {
    const inFlight = this.#inFlightThen.get(id) ?? 1;
    this.#inFlightThen.delete(id);
    if (outcome !== "throttled" && outcome !== "cancelled") {
      const isFull = this.#gate.inFlight >= this.limit;
      this.#limit.sample({ latencyMs, inFlight }, { nowMs: this.#events.nowMs, isFull });
    }
    this.#gate.release();
  }

  retryAfter(_attempt: Attempt, _end: AttemptEnd, backoffMs: number): number {
    return backoffMs;
  }

  #calibrated(): number {
    const from = QUEUE_PER_LIMIT * this.limit;
    const to = QUEUE_PER_LIMIT_MAX * this.limit;
    const rate = Math.min(1, Math.max(0, (this.#gate.waiting - from) / (to - from)));
    if (rate === 0 || this.#levels.length === 0) return 0;
    const sorted = [...this.#levels].sort((a, b) => a - b);
    return sorted[Math.max(1, Math.ceil(rate * sorted.length)) - 1]!;
  }
}
