import type { Attempt, Call } from "./attempt.ts";
import { agentOf } from "./caller-of.ts";
import type { Outcome } from "./outcome.ts";
import { attemptPlaceOf, placeOf } from "./place-of.ts";
import type { SignalWindow } from "./signal-window.ts";
import { rootOf, type SpanNode } from "./span-node.ts";

export interface EndedCallsOptions {
  readonly window: SignalWindow;
  readonly onAttempt: ((attempt: Attempt) => void) | undefined;
  readonly onCall: ((call: Call) => void) | undefined;
}

/** Tells of attempts and calls that have ended: the window's cells, and whoever else listens. */
export class EndedCalls {
  readonly #options: EndedCallsOptions;

  constructor(options: EndedCallsOptions) {
    this.#options = options;
  }

  attempt(node: SpanNode, outcome: Outcome, isRetry: boolean, durationMs: number): void {
    const { window, onAttempt } = this.#options;
    const { dependency, operation } = rootOf(node).identity;
    window.cell(dependency).attemptEnded(outcome, isRetry, durationMs);
    if (onAttempt === undefined) return;
    const { startMs, priority, ended } = node;
    const throttle = outcome === "throttled" ? ended?.throttle : undefined;
    onAttempt({
      dependency,
      operation,
      agent: agentOf(node),
      priority,
      startMs,
      durationMs,
      outcome,
      throttle,
      isRetry,
      ...(!node.isRun && { place: attemptPlaceOf(node) }),
    });
  }

  /** Of a call's outermost layer. A call is told of once, however it goes on. */
  call(node: SpanNode, outcome: Outcome): void {
    const call = node.call!;
    if (call.isReported) return;
    call.isReported = true;
    const { window, onCall } = this.#options;
    const { startMs } = call;
    const durationMs = node.startMs - startMs + node.durationMs;
    window.cell(rootOf(node).identity.dependency).callEnded(outcome, durationMs);
    if (onCall === undefined) return;
    const { dependency, operation } = node.identity;
    const { priority } = node;
    onCall({
      dependency,
      operation,
      agent: agentOf(node),
      priority,
      startMs,
      durationMs,
      outcome,
      ...(!node.isRun && { place: placeOf(node), usage: node.usage ?? node.usageBelow }),
    });
  }
}
