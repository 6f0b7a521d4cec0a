import type { SpanNode } from "./span-node.ts";

/** The latest open call to a dependency in the node's trace, if not there then anywhere in the process. */
export function latestOpenCall(
  open: Iterable<SpanNode>,
  dependency: string,
  node: SpanNode,
): SpanNode | undefined {
  let found: SpanNode | undefined;
  for (const candidate of open) {
    const isOther = candidate !== node && candidate.identity.dependency === dependency;
    if (!isOther || candidate.claimedOpen > 0 || !candidate.isDecided) continue;
    if (candidate.above?.identity.layer === "session") continue;
    if (found === undefined || isNearer(candidate, found, node)) found = candidate;
  }
  return found;
}

function isNearer(candidate: SpanNode, found: SpanNode, { trace }: SpanNode): boolean {
  const isOfTrace = candidate.trace === trace;
  return isOfTrace === (found.trace === trace) ? candidate.startSeq > found.startSeq : isOfTrace;
}
