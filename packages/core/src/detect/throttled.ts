import type { ThrottleReason } from "../signals/outcome.ts";
import type { DependencyWindow } from "./dependency-window.ts";
import type { Finding } from "./detection.ts";
import type { Detector } from "./detector.ts";
import { memberOf, numbersOf } from "./parsed-state.ts";

interface Throttling {
  /** Nobody was told to come back before this; the last throttled window's end where no answer said. */
  readonly notBeforeMs: number;
  readonly reason: ThrottleReason;
}

const REASONS: readonly ThrottleReason[] = ["quota", "overloaded", "rate"];

const REASON_TEXT: Readonly<Record<ThrottleReason, string>> = {
  rate: "over its rate limit",
  quota: "its quota is exhausted",
  overloaded: "its provider is short of capacity",
};

/**
 * Says that a dependency throttles, from the first throttled answer on: the answer is the dependency's own word (HTTP 429
 * and 503 with Retry-After, RFC 6585 and RFC 9110; gRPC RESOURCE_EXHAUSTED), so there is no chance to guard against and
 * the false-alarm rate is that of the classification. It is normal again with the first window that is past the
 * Retry-After and has answers, none of them throttled.
 *
 *     severity = throttled / (all answers but `refused` and `cancelled`)
 *
 * Where one window holds several kinds, the one that lasts longest names it: quota, then overloaded, then rate.
 */
export class Throttled implements Detector {
  readonly kind = "throttled";
  #last: Throttling | undefined;

  observe(window: DependencyWindow): Finding {
    const { ok, error, timeout, throttled } = window.outcomes;
    const answers = ok + error + timeout + throttled;
    if (throttled > 0) return this.#throttling(window, answers);
    if (this.#last && window.endMs < this.#last.notBeforeMs) return { state: "unknown" };
    if (answers === 0) return { state: "unknown" };
    this.#last = undefined;
    return { state: "normal" };
  }

  state(): unknown {
    return { last: this.#last ?? null };
  }

  restore(state: unknown): void {
    const last = memberOf(state, "last");
    const reason = REASONS.find((known) => known === memberOf(last, "reason"));
    const numbers = numbersOf(last, ["notBeforeMs"]);
    if (reason && numbers) this.#last = { ...numbers, reason };
  }

  #throttling(window: DependencyWindow, answers: number): Finding {
    const { throttled } = window.outcomes;
    const reason =
      REASONS.find((known) => window.throttles[known] > 0) ?? this.#last?.reason ?? "rate";
    const retryAfterS = window.retryAfterMax;
    // A later answer that asks for less does not shorten what an earlier one asked for: both are still true.
    const notBeforeMs = Math.max(
      window.endMs + (retryAfterS ?? 0) * 1_000,
      this.#last?.notBeforeMs ?? 0,
    );
    this.#last = { notBeforeMs, reason };
    const waitText = retryAfterS === undefined ? "" : `; asks for ${retryAfterS} s`;
    return {
      state: "abnormal",
      severity: throttled / answers,
      summary: `${throttled} of ${answers} answers throttled: ${REASON_TEXT[reason]}${waitText}`,
      evidence: {
        throttled,
        answers,
        reason,
        windowMs: window.windowMs,
        notBeforeMs,
        ...(retryAfterS === undefined ? {} : { retryAfterS }),
      },
    };
  }
}
