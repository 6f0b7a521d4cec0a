import { dependencyAbove } from "./caller-of.ts";
import { isCounted } from "./claims.ts";
import type { DependencyCell } from "./dependency-cell.ts";
import type { SignalWindow } from "./signal-window.ts";
import { rootOf, type SpanNode } from "./span-node.ts";

/**
 * Where an attempt's time was spent, as far as no call below it answers for it:
 *
 *     gap       the attempt minus its server's span: the way there and back, and the queue before the service began
 *     own time  gap + what the server's span has for itself, else what the attempt's span has
 *
 * Own time is told by operation, so that other work is not taken for slower work; the gap by who called, for a process that gets
 * too little processor time is late with all that it calls.
 */
export function recordOwnTime(cell: DependencyCell, node: SpanNode): void {
  const { operation } = rootOf(node).identity;
  if (node.servedMs < 0) return cell.self(node.selfMs(), operation);
  cell.self(Math.max(0, node.durationMs - node.servedMs) + node.servedSelfMs, operation);
  recordGap(cell, node);
}

/** A server's span has ended. That of an attempt which has ended before is told of now, as far as it may be. */
export function recordServed(server: SpanNode, window: SignalWindow): void {
  const { above } = server;
  if (above === undefined || !isCounted(above.identity)) return;
  above.servedMs = server.durationMs;
  above.servedSelfMs = server.selfMs();
  if (above.isEnded && above.claimed === 0)
    recordGap(window.cell(rootOf(above).identity.dependency), above);
}

function recordGap(cell: DependencyCell, node: SpanNode): void {
  cell.gap(node.durationMs - node.servedMs, dependencyAbove(rootOf(node)) ?? "");
}
