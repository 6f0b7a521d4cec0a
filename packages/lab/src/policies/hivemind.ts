import type { Random } from "@headway/core";
import type { EventQueue } from "../simulation/event-queue.ts";
import { BoundedGate } from "./bounded-gate.ts";
import { centralPolicy } from "./central-policy.ts";
import { isCutShort, isFailure } from "./failure.ts";
import type { Attempt, AttemptEnd, DependencyFacts, Guard, Passage } from "./policy.ts";

const CONCURRENCY_MAX = 50;
const CONCURRENCY_MIN = 1;
const INCREASE = 5;
const DECREASE = 0.5;
const UPDATE_MS = 5_000;
const LATENCY_TARGET_MS = 2_000;
const LATENCIES = 20;
const BREAKER_CALLS = 20;
const BREAKER_RATE = 0.5;
const BREAKER_OPEN_MS = 10_000;
const RETRY_BASE_MS = 1_000;
const RETRY_MAX_MS = 30_000;
const RETRY_JITTER = 0.25;

/**
 * HiveMind's proxy before a model API: a concurrency limit with backpressure and a breaker, a pause where the API asked for one, and
 * transparent retries.
 *
 *     each failure: L = max(1, 0.5 L)      each 5 s: L + 5 if the mean of the last 20 latencies <= 2 s, else 0.5 L;   at most 50
 *     breaker: of 20 or more calls since it was last asked, 50 % failed: open for 10 s (calls refused, Retry-After 10), then one good
 *     answer closes it
 *     Retry-After: nothing goes before it      retry n: min(30 s, 2^n s, +-25 %), and not before Retry-After
 *
 * Readings that favour it: the defaults are made for one developer's 5 to 10 connections and 60 calls a minute; here the ceiling is
 * the proxy's own pool of 50, the step a tenth of it as in its OpenAI profile (1 of 10), and the calls a minute are not bounded. Its
 * queue is ordered by priority and deadline, and a call that pauses before a retry holds no place. The caller's layers still bound
 * the attempts. Token budgets are unlimited by default and so without effect.
 */
export const hivemind = centralPolicy(
  {
    name: "hivemind",
    title: "HiveMind proxy",
    source:
      "Agyemang et al., HiveMind, arXiv 2604.17111; jayluxferro/hivemind, src/hivemind/scheduler and proxy",
    kind: "central",
  },
  (facts, { events, random }) => new HiveMindProxy(events, facts, random(`hivemind/${facts.id}`)),
);

export class HiveMindProxy implements Guard {
  readonly #events: EventQueue;
  readonly #facts: DependencyFacts;
  readonly #random: Random;
  readonly #gate: BoundedGate;
  readonly #latenciesMs: number[] = [];
  #limit = CONCURRENCY_MAX;
  #updatedMs = 0;
  #calls = 0;
  #failures = 0;
  #openUntilMs: number | undefined;
  #pausedUntilMs = 0;

  constructor(events: EventQueue, facts: DependencyFacts, random: Random) {
    this.#events = events;
    this.#facts = facts;
    this.#random = random;
    this.#gate = new BoundedGate(events, () =>
      events.nowMs < this.#pausedUntilMs ? 0 : this.#limit,
    );
  }

  get limit(): number {
    return Math.floor(this.#limit);
  }

  request(attempt: Attempt, passage: Passage): void {
    if (this.#openUntilMs !== undefined && this.#events.nowMs <= this.#openUntilMs)
      passage.refuse(BREAKER_OPEN_MS);
    else this.#gate.request(attempt, passage);
  }

  withdraw(attempt: Attempt): void {
    this.#gate.withdraw(attempt);
  }

  ended(_attempt: Attempt, end: AttemptEnd): void {
    if (!isCutShort(end, this.#facts)) this.#note(end);
    this.#gate.release();
  }

  retryAfter({ number }: Attempt, { outcome, retryAfterMs }: AttemptEnd): number {
    // A breaker's refusal is passed on to the caller, who is told to come back when it may be closed.
    if (outcome === "refused") return retryAfterMs ?? BREAKER_OPEN_MS;
    const backoffMs = RETRY_BASE_MS * 2 ** (number - 1);
    const jittered = backoffMs * (1 + RETRY_JITTER * (2 * this.#random() - 1));
    return Math.max(Math.min(jittered, RETRY_MAX_MS), retryAfterMs ?? 0);
  }

  #note(end: AttemptEnd): void {
    this.#calls += 1;
    if (end.outcome !== "timeout" && end.outcome !== "cancelled") this.#noteLatency(end.latencyMs);
    if (isFailure(end)) this.#noteFailure(end);
    else if (this.#openUntilMs !== undefined && this.#events.nowMs > this.#openUntilMs)
      this.#openUntilMs = undefined;
  }

  #noteLatency(latencyMs: number): void {
    this.#latenciesMs.push(latencyMs);
    if (this.#latenciesMs.length > LATENCIES) this.#latenciesMs.shift();
    if (this.#events.nowMs - this.#updatedMs < UPDATE_MS) return;
    this.#updatedMs = this.#events.nowMs;
    const meanMs = this.#latenciesMs.reduce((sum, ms) => sum + ms, 0) / this.#latenciesMs.length;
    if (meanMs <= LATENCY_TARGET_MS)
      this.#limit = Math.min(CONCURRENCY_MAX, this.#limit + INCREASE);
    else this.#decrease();
  }

  #noteFailure({ retryAfterMs }: AttemptEnd): void {
    this.#decrease();
    this.#failures += 1;
    if (retryAfterMs !== undefined) this.#pause(retryAfterMs);
    if (this.#calls < BREAKER_CALLS) return;
    if (this.#failures >= BREAKER_RATE * this.#calls)
      this.#openUntilMs = this.#events.nowMs + BREAKER_OPEN_MS;
    this.#calls = 0;
    this.#failures = 0;
  }

  #decrease(): void {
    this.#limit = Math.max(CONCURRENCY_MIN, this.#limit * DECREASE);
  }

  #pause(ms: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#events.nowMs + ms);
    this.#events.at(this.#pausedUntilMs, () => this.#gate.pump());
  }
}
