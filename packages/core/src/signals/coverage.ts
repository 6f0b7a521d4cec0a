import type { SpanNode } from "./span-node.ts";

/** A span has begun below this one: from the first open child on, its own time stands still. */
export function cover(above: SpanNode, nowMs: number): void {
  if (above.openChildren === 0) above.coveredFromMs = nowMs;
  above.openChildren += 1;
  above.touchedMs = nowMs;
}

/** The span has ended, or is given up on: it covers its parent no more, and is itself covered no longer. */
export function uncover(node: SpanNode, nowMs: number): void {
  if (node.openChildren > 0) node.coveredMs += Math.max(0, nowMs - node.coveredFromMs);
  const { above } = node;
  if (above === undefined || above.isEnded || above.openChildren === 0) return;
  above.openChildren -= 1;
  above.touchedMs = nowMs;
  if (above.openChildren === 0) above.coveredMs += Math.max(0, nowMs - above.coveredFromMs);
  // Below a call, what is no call itself is part of its work. Where such spans run side by side this gives back too much: `selfMs` cuts it.
  if (isPartOfAbove(node)) above.coveredMs -= node.selfMs();
}

function isPartOfAbove({ identity, isServer }: SpanNode): boolean {
  const { layer } = identity;
  return !isServer && (layer === "other" || layer === "workflow" || layer === "agent");
}
