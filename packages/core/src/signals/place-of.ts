import type { AttemptPlace, Place, Workflow, Outlived } from "./attempt.ts";
import { agentOf, callerOf } from "./caller-of.ts";
import { isCounted } from "./claims.ts";
import { rootOf, type SpanNode } from "./span-node.ts";

/*
 * What listeners are told of where a call stands. It takes a walk up the tree, so the live path, which has no listeners, does
 * none of it.
 */

export function placeOf(node: SpanNode): Place {
  const whole = rootOf(node);
  return {
    traceId: node.trace.traceId,
    root: topOf(node).startSeq,
    call: callOf(whole),
    parentCall: parentCallOf(whole),
    from: callerOf(whole),
  };
}

export function attemptPlaceOf(node: SpanNode): AttemptPlace {
  return {
    ...placeOf(node),
    retryGapMs: node.retryGapMs,
    isRetrySure:
      node.identity.attempt !== undefined || node.claimer !== undefined || hasAbove(node),
    selfMs: ownMsOf(node),
    servedMs: node.servedMs < 0 ? undefined : node.servedMs,
    isForNobody: isForNobody(node),
  };
}

export function workflowOf(node: SpanNode, workflow: string, attempts: number): Workflow {
  const { trace, startSeq, startMs, durationMs } = node;
  const { traceId } = trace;
  return {
    workflow,
    agent: agentOf(node),
    traceId,
    root: startSeq,
    startMs,
    durationMs,
    attempts,
  };
}

export interface OutlivedListener {
  readonly onOutlived?: (outlived: Outlived) => void;
}

/** Of a server's span that ends: tells of the attempt that it outlived, if it did. */
export function tellOutlived(server: SpanNode, { onOutlived }: OutlivedListener): void {
  const { above, durationMs } = server;
  if (onOutlived === undefined || above?.ended === undefined || !isCounted(above.identity)) return;
  onOutlived({
    dependency: rootOf(above).identity.dependency,
    agent: agentOf(above),
    traceId: above.trace.traceId,
    outcome: above.ended.outcome,
    startMs: above.startMs,
    clientMs: above.durationMs,
    servedMs: durationMs,
  });
}

function topOf(of: SpanNode): SpanNode {
  let node = of;
  while (node.above !== undefined) node = node.above;
  return node;
}

function callOf(whole: SpanNode): number {
  return whole.call?.seq ?? whole.startSeq;
}

function parentCallOf(whole: SpanNode): number | undefined {
  for (let { above } = whole; above !== undefined; above = above.above)
    if (isCounted(above.identity)) return callOf(rootOf(above));
  return undefined;
}

function hasAbove({ above, parentSpanId }: SpanNode): boolean {
  return parentSpanId !== undefined || (above !== undefined && above.identity.layer !== "session");
}

function ownMsOf(node: SpanNode): number {
  if (node.servedMs < 0) return node.selfMs();
  return Math.max(0, node.durationMs - node.servedMs) + node.servedSelfMs;
}

function isForNobody(node: SpanNode): boolean {
  for (let { above } = node; above !== undefined; above = above.above) {
    if (!above.isEnded || !isCounted(above.identity) || above.endSeq > node.startSeq) continue;
    if (above.ended !== undefined && above.ended.outcome !== "ok") return true;
  }
  return false;
}
