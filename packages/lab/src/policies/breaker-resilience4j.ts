import { isFailure } from "./failure.ts";
import { localPolicy } from "./local-policy.ts";
import type { LocalRule } from "./local-policy.ts";

const FAILURE_RATE = 0.5;
const SLOW_RATE = 1;
const SLOW_MS = 60_000;
const WINDOW_CALLS = 100;
const OPEN_MS = 60_000;
const PROBES = 10;

/**
 * resilience4j's circuit breaker at its defaults:
 *
 *     opens when, of the last 100 calls, 50 % failed or 100 % took 60 s or more (never judged on fewer than 100)
 *     open for 60 s, then half-open: 10 calls go, and once all have ended the same rates close or open it again
 *
 * The caller's own back-off stays; a refused attempt is one of its tries.
 */
export const breakerResilience4j = localPolicy(
  {
    name: "breaker-resilience4j",
    title: "Circuit breaker, resilience4j",
    source:
      "resilience4j/resilience4j, CircuitBreakerConfig.java and CircuitBreakerStateMachine.java",
  },
  resilience4jBreaker,
);

export function resilience4jBreaker(): LocalRule {
  let state: "closed" | "open" | "half-open" = "closed";
  let openedMs = 0;
  let probes = 0;
  let window = new CallWindow(WINDOW_CALLS);
  // A call that went before the last change of state says nothing about the state since.
  let epoch = 0;
  const epochs = new Map<number, number>();

  const become = (next: typeof state, nowMs: number): void => {
    state = next;
    epoch += 1;
    openedMs = nowMs;
    probes = 0;
    window = new CallWindow(next === "half-open" ? PROBES : WINDOW_CALLS);
  };
  return {
    admits({ id }, nowMs) {
      if (state === "open" && nowMs - openedMs >= OPEN_MS) become("half-open", nowMs);
      if (state === "open" || (state === "half-open" && probes >= PROBES)) return false;
      if (state === "half-open") probes += 1;
      epochs.set(id, epoch);
      return true;
    },
    ended({ id }, end, nowMs) {
      const admitted = epochs.get(id);
      epochs.delete(id);
      if (admitted !== epoch || state === "open") return;
      window.add(isFailure(end), end.latencyMs >= SLOW_MS);
      if (!window.isFull) return;
      const isBad = window.failureRate >= FAILURE_RATE || window.slowRate >= SLOW_RATE;
      if (isBad) become("open", nowMs);
      else if (state === "half-open") become("closed", nowMs);
    },
  };
}

/** The last so many calls. */
class CallWindow {
  readonly #calls: { readonly failed: boolean; readonly slow: boolean }[] = [];
  readonly #size: number;
  #failed = 0;
  #slow = 0;
  #next = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get isFull(): boolean {
    return this.#calls.length === this.#size;
  }

  get failureRate(): number {
    return this.#failed / this.#calls.length;
  }

  get slowRate(): number {
    return this.#slow / this.#calls.length;
  }

  add(failed: boolean, slow: boolean): void {
    const oldest = this.#calls[this.#next];
    if (oldest?.failed === true) this.#failed -= 1;
    if (oldest?.slow === true) this.#slow -= 1;
    this.#calls[this.#next] = { failed, slow };
    this.#next = (this.#next + 1) % this.#size;
    if (failed) this.#failed += 1;
    if (slow) this.#slow += 1;
  }
}
