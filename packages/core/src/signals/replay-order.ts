import type { FinishedSpanView } from "./span-view.ts";

export interface TimedSpan {
  readonly span: FinishedSpanView;
  readonly arrivedMs: number;
  /** Whose clock the span's start is of. */
  readonly sender: string;
}

export interface ReplayEvent {
  readonly span: FinishedSpanView;
  readonly atMs: number;
  readonly isStart: boolean;
}

interface Placed {
  readonly span: FinishedSpanView;
  startMs: number;
  endMs: number;
  /** Where its end stands in the order. */
  endRankMs: number;
  depth: number;
  above: Placed | undefined;
}

/**
 * JavaScript SDKs cut a start to the millisecond but measure the duration finely, so a span may seem to begin up to one
 * millisecond before its predecessor ended. Ends are put that much earlier in the order, never before their own start
 * and never before what ends within.
 */
const START_RESOLUTION_MS = 1;

/** Puts a parent's end behind its child's where both are in one instant. */
const BEHIND_MS = 0.001;

/**
 * Starts and ends in the order in which they happened, on our own clock, whatever order the spans came in. A child never
 * starts before its parent: where the clocks of two senders say so, the clocks are wrong.
 */
export function replayOrder(spans: readonly TimedSpan[]): ReplayEvent[] {
  const events: RankedEvent[] = [];
  for (const { span, startMs, endMs, endRankMs, depth } of place(spans)) {
    events.push({ span, atMs: startMs, isStart: true, rankMs: startMs, phase: 1, depth });
    // In one instant: what ends ends first, then what starts, then what starts and ends in it.
    events.push({
      span,
      atMs: endMs,
      isStart: false,
      rankMs: endRankMs,
      phase: endRankMs > startMs ? 0 : 2,
      depth,
    });
  }
  return events.sort(inOrder);
}

interface RankedEvent extends ReplayEvent {
  readonly rankMs: number;
  readonly phase: number;
  readonly depth: number;
}

function inOrder(a: RankedEvent, b: RankedEvent): number {
  const byDepth = a.isStart ? a.depth - b.depth : b.depth - a.depth;
  return (
    a.rankMs - b.rankMs || a.phase - b.phase || byDepth || (a.span.spanId < b.span.spanId ? -1 : 1)
  );
}

function place(spans: readonly TimedSpan[]): Placed[] {
  const offsets = offsetsOf(spans);
  const bySpan = new Map<string, Placed>();
  for (const { span, sender } of spans) {
    const startMs = span.startMs + offsets.get(sender)!;
    const endMs = startMs + span.durationMs;
    bySpan.set(span.traceId + span.spanId, {
      span,
      startMs,
      endMs,
      endRankMs: 0,
      depth: -1,
      above: undefined,
    });
  }
  for (const one of bySpan.values()) settle(one, bySpan);
  const placed = [...bySpan.values()].sort((a, b) => b.depth - a.depth);
  for (const one of placed) {
    one.endRankMs = Math.max(one.endRankMs, one.startMs, one.endMs - START_RESOLUTION_MS);
    const { above } = one;
    if (above !== undefined && one.startMs <= above.endMs) {
      above.endRankMs = Math.max(above.endRankMs, Math.min(one.endRankMs, above.endMs) + BEHIND_MS);
    }
  }
  return placed;
}

/** By sender: how far its clock is behind ours, at most. */
function offsetsOf(spans: readonly TimedSpan[]): Map<string, number> {
  const offsets = new Map<string, number>();
  for (const { span, arrivedMs, sender } of spans) {
    const offset = arrivedMs - (span.startMs + span.durationMs);
    offsets.set(sender, Math.min(offset, offsets.get(sender) ?? Number.POSITIVE_INFINITY));
  }
  return offsets;
}

/** Depth, and no start before the parent's. Goes up in a loop, without recursion: a hostile trace may be one long chain. */
function settle(one: Placed, bySpan: ReadonlyMap<string, Placed>): void {
  const path: Placed[] = [];
  let node: Placed | undefined = one;
  while (node !== undefined && node.depth < 0) {
    // Marked before its parent is looked at, so that a cycle ends here.
    node.depth = 0;
    path.push(node);
    node =
      node.span.parentSpanId === undefined
        ? undefined
        : bySpan.get(node.span.traceId + node.span.parentSpanId);
  }
  // A cycle's own members come back as their parent; it is cut there.
  let above = node !== undefined && path.includes(node) ? undefined : node;
  for (let index = path.length - 1; index >= 0; index -= 1) {
    const below: Placed = path[index]!;
    if (above !== undefined) putBelow(below, above);
    above = below;
  }
}

function putBelow(below: Placed, above: Placed): void {
  below.above = above;
  below.depth = above.depth + 1;
  const behindMs = above.startMs - below.startMs;
  if (behindMs > 0) {
    below.startMs += behindMs;
    below.endMs += behindMs;
  }
  // The parent's start was cut more than its child's: it still ran when the child began.
  const beyondMs = below.startMs - above.endMs;
  if (beyondMs > 0 && beyondMs <= START_RESOLUTION_MS) below.startMs = above.endMs;
}
