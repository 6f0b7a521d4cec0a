import type { Dependency } from "../plant/plant.ts";
import type { EventQueue } from "../simulation/event-queue.ts";
import { fnv1a } from "../simulation/fnv1a.ts";
import { centralPolicy } from "./central-policy.ts";
import type { Attempt, AttemptEnd, Guard, Passage } from "./policy.ts";

const QUEUE_TIME_MS = 20;
const WINDOW_MS = 1_000;
const WINDOW_REQUESTS = 2_000;
const ALPHA = 0.05;
const BETA = 0.01;
const USERS = 128;
const BUSINESSES = 5;
const LEVEL_MAX = BUSINESSES * USERS - 1;
const HOUR_MS = 3_600_000;

/**
 * WeChat's DAGOR: a dependency sheds by the level of a request, and tells its callers the level, so that they shed for it.
 *
 *     level of a request = 128 * (priority - 1) + user,  user = a hash of agent and hour in 0..127; the lowest most urgent
 *     admitted: level <= A
 *     overloaded: the mean queuing time of a window (1 s or 2,000 requests) exceeds 20 ms
 *     A falls until 5 % of the window's admitted requests lie above it, else rises until 1 % of its requests more lie below
 *
 * Readings that favour it: callers know A at once, not with the next answer; the queuing time is that of the requests as they come
 * in, not as they leave the queue; and what a caller sheds is counted in the window like what the dependency sheds. A shed attempt
 * is one of the caller's tries; its own back-off stays. A caller that does not obey is shed like all others, at no more cost.
 */
export const dagor = centralPolicy(
  {
    name: "dagor",
    title: "DAGOR",
    source: "Zhou et al., Overload Control for Scaling WeChat Microservices, SoCC 2018",
    kind: "central",
    isInside: true,
  },
  ({ id }, { events, plant }) => new DagorGuard(events, plant.dependencies.get(id)!),
);

export class DagorGuard implements Guard {
  readonly #events: EventQueue;
  readonly #dependency: Pick<Dependency, "queued" | "capacityPerSecond">;
  readonly #window = new DagorWindow();
  #level = LEVEL_MAX;

  constructor(events: EventQueue, dependency: Pick<Dependency, "queued" | "capacityPerSecond">) {
    this.#events = events;
    this.#dependency = dependency;
    const tick = (): void => {
      this.#close();
      events.after(WINDOW_MS, tick);
    };
    events.after(WINDOW_MS, tick);
  }

  /** A, the highest level that is admitted. */
  get level(): number {
    return this.#level;
  }

  request(attempt: Attempt, { go, refuse }: Passage): void {
    const level = levelOf(attempt, this.#events.nowMs);
    const { queued, capacityPerSecond } = this.#dependency;
    const queueMs = queued === 0 ? 0 : (1_000 * queued) / capacityPerSecond;
    const isAdmitted = level <= this.#level;
    this.#window.add(level, { isAdmitted, queueMs });
    if (this.#window.requests >= WINDOW_REQUESTS) this.#close();
    if (isAdmitted) go();
    else refuse();
  }

  withdraw(): void {}

  ended(): void {}

  retryAfter(_attempt: Attempt, _end: AttemptEnd, backoffMs: number): number {
    return backoffMs;
  }

  #close(): void {
    this.#level = this.#window.nextLevel(this.#level);
    this.#window.clear();
  }
}

/** What came in since the last change of level, by level. */
export class DagorWindow {
  #counts = new Float64Array(LEVEL_MAX + 1);
  #admitted = 0;
  #queueMs = 0;
  requests = 0;

  add(level: number, { isAdmitted, queueMs }: { isAdmitted: boolean; queueMs: number }): void {
    this.#counts[level]! += 1;
    this.requests += 1;
    if (isAdmitted) this.#admitted += 1;
    this.#queueMs += queueMs;
  }

  nextLevel(level: number): number {
    if (this.requests === 0) return level;
    let admitted = this.#admitted;
    let next = level;
    if (this.#queueMs / this.requests > QUEUE_TIME_MS) {
      const expected = (1 - ALPHA) * this.#admitted;
      for (; admitted > expected && next > 0; next -= 1) admitted -= this.#counts[next]!;
    } else {
      const expected = this.#admitted + BETA * this.requests;
      for (; admitted < expected && next < LEVEL_MAX;) admitted += this.#counts[(next += 1)]!;
    }
    return next;
  }

  clear(): void {
    this.#counts = new Float64Array(LEVEL_MAX + 1);
    this.#admitted = 0;
    this.#queueMs = 0;
    this.requests = 0;
  }
}

export function levelOf({ priority, agent }: Attempt, nowMs: number): number {
  return USERS * (priority - 1) + userOf(`${agent}/${Math.floor(nowMs / HOUR_MS)}`);
}

function userOf(text: string): number {
  const hash = fnv1a(text);
  return ((hash >>> 0) ^ (hash >>> 15)) & (USERS - 1);
}
