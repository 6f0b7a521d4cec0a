import type { Dependency } from "../plant/plant.ts";
import type { EventQueue, Planned } from "../simulation/event-queue.ts";
import { centralPolicy } from "./central-policy.ts";
import type { Attempt, AttemptEnd, Guard, Passage } from "./policy.ts";
import { Waiting } from "./waiting.ts";

const LOOK_MS = 5;
/** Of what a service may achieve within the time-out, the least that the time left must still allow. */
const SHARE_LEFT_MIN = 0.5;
/** Of the servers' own rate, from which on it is they and no limit that bounds the capacity; short of 1 for rounding. */
const RATE_OF_SERVERS = 0.999;
const PACED_MS = 1_000;

/**
 * What could be had by one who sees the dependency itself: the upper line of a comparison, and no policy anybody could run.
 *
 *     a waiting attempt goes when   in service + queued < servers   and a token of the rate limit is left
 *     first the most urgent priority, then the earliest deadline
 *     one that could hardly finish any more is left to expire:
 *         P(S <= min(time-out, time left)) < P(S <= time-out) / 2
 *
 * Servers, service times and faults are the true ones of this moment, work for callers long gone included. It sees no draw in advance
 * and not which requests will meet an error: there it is no better than others, and keeps the caller's back-off. All other retries
 * come to its queue at once, since from there nothing goes out of turn.
 *
 * It decides for one dependency at a time and serves the urgent first. Where calls nest or fall back to others, or urgent work takes
 * longer than other work, it is no upper line for the number of workflows done.
 */
export const oracle = centralPolicy(
  {
    name: "oracle",
    title: "Oracle",
    source: "earliest deadline first within capacity: Liu and Layland, 1973; Dertouzos, 1974",
    kind: "oracle",
  },
  ({ id, timeoutMs }, { events, plant }) =>
    new OracleGuard(events, plant.dependencies.get(id)!, timeoutMs),
);

export type Insight = Pick<
  Dependency,
  "inService" | "queued" | "servers" | "capacityPerSecond" | "serviceMsMean" | "shareWithin"
>;

export class OracleGuard implements Guard {
  readonly #events: EventQueue;
  readonly #dependency: Insight;
  readonly #timeoutMs: number;
  readonly #waiting = new Waiting();
  readonly #tokens: Tokens;
  #look: Planned | undefined;

  constructor(events: EventQueue, dependency: Insight, timeoutMs: number) {
    this.#events = events;
    this.#dependency = dependency;
    this.#timeoutMs = timeoutMs;
    this.#tokens = new Tokens(dependency);
  }

  request(attempt: Attempt, passage: Passage): void {
    this.#waiting.add(attempt, passage);
    this.#pump();
  }

  withdraw(attempt: Attempt): void {
    this.#waiting.remove(attempt);
  }

  ended(_attempt: Attempt, { outcome, retryAfterMs }: AttemptEnd): void {
    const { nowMs } = this.#events;
    if (outcome === "throttled") this.#tokens.throttled(nowMs, retryAfterMs ?? 0);
    this.#pump();
  }

  retryAfter(_attempt: Attempt, { outcome }: AttemptEnd, backoffMs: number): number {
    return outcome === "error" ? backoffMs : 0;
  }

  #pump(): void {
    const { nowMs } = this.#events;
    while (this.#hasPlace() && this.#tokens.isLeft(nowMs)) {
      const waiter = this.#waiting.take(nowMs);
      if (waiter === undefined) return;
      if (!this.#canFinish(waiter.attempt)) continue;
      this.#tokens.take();
      const held = this.#held;
      waiter.passage.go();
      // It was turned away at the door, and so may those after it be: not all of them at once.
      if (this.#held <= held) break;
    }
    // Work for nobody ends unheard, and faults end by themselves: as long as somebody waits, it looks again.
    if (this.#waiting.size === 0 || this.#look?.run !== undefined) return;
    this.#look = this.#events.after(LOOK_MS, () => this.#pump());
  }

  get #held(): number {
    return this.#dependency.inService + this.#dependency.queued;
  }

  #hasPlace(): boolean {
    return this.#held < this.#dependency.servers;
  }

  #canFinish({ deadlineMs }: Attempt): boolean {
    const leftMs = Math.min(this.#timeoutMs, deadlineMs - this.#events.nowMs);
    const within = this.#dependency.shareWithin(leftMs);
    return within > 0 && within >= SHARE_LEFT_MIN * this.#dependency.shareWithin(this.#timeoutMs);
  }
}

/**
 * The rate limit as far as the capacity tells it: where that is below what the servers give, its rate, with a second's worth saved up
 * at most. After a throttle it paces for a second whatever the capacity says: a limit that has just risen has nothing saved up yet.
 */
class Tokens {
  readonly #dependency: Insight;
  #left = 1;
  #atMs = 0;
  #pausedUntilMs = 0;
  #pacedUntilMs = 0;

  constructor(dependency: Insight) {
    this.#dependency = dependency;
  }

  isLeft(nowMs: number): boolean {
    if (nowMs < this.#pausedUntilMs) return false;
    const { capacityPerSecond, servers, serviceMsMean } = this.#dependency;
    const isPaced = nowMs < this.#pacedUntilMs;
    const savedMax = isPaced ? 1 : Math.max(1, capacityPerSecond);
    if (!isPaced && capacityPerSecond >= RATE_OF_SERVERS * ((1_000 * servers) / serviceMsMean))
      this.#left = savedMax;
    const earned = ((nowMs - this.#atMs) * capacityPerSecond) / 1_000;
    this.#left = Math.min(savedMax, this.#left + earned);
    this.#atMs = nowMs;
    return this.#left >= 1;
  }

  take(): void {
    this.#left -= 1;
  }

  throttled(nowMs: number, retryAfterMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + retryAfterMs);
    this.#pacedUntilMs = nowMs + PACED_MS;
    this.#left = Math.min(this.#left, 0);
  }
}
