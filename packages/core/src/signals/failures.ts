import type { CallState } from "./call-state.ts";
import type { Identity } from "./identity.ts";
import type { Outcome } from "./outcome.ts";
import type { SpanNode } from "./span-node.ts";

/** A failed attempt that nothing has retried yet. */
export interface Failure {
  readonly dependency: string;
  readonly operation: string;
  readonly callId: string | undefined;
  readonly seq: number;
  readonly atMs: number;
  /** The outermost layer that failed, if it was one: its call goes on with the retry. */
  readonly node: SpanNode;
  readonly call: CallState | undefined;
}

export function isFailure(outcome: Outcome): boolean {
  return outcome === "error" || outcome === "timeout" || outcome === "throttled";
}

export function failureOf(node: SpanNode, seq: number, atMs: number): Failure {
  const { dependency, operation, callId } = node.identity;
  return { dependency, operation, callId, seq, atMs, node, call: node.call };
}

/**
 * Takes the failure that a new attempt retries: the oldest of the same dependency, operation and call id that came before
 * it began. Each failure is retried once, so five calls that fail together and come back together are five retries, and
 * a call that is started anew after a success is none.
 */
export function takeFailure(
  failures: Failure[] | undefined,
  of: Identity,
  node: SpanNode,
  gapMsMax: number,
): Failure | undefined {
  if (failures === undefined || failures.length === 0) return undefined;
  const index = failures.findIndex(
    (failure) =>
      failure.seq < node.startSeq &&
      failure.dependency === of.dependency &&
      failure.operation === of.operation &&
      failure.callId === of.callId &&
      node.startMs - failure.atMs <= gapMsMax,
  );
  if (index < 0) return undefined;
  return failures.splice(index, 1)[0];
}
