import type { SpanNode } from "./span-node.ts";

/**
 * The spans and runs that are open. Some sources never end theirs, so the table is bounded twice: by count, where the one
 * that was touched the longest ago gives way, and by idle time. Both hand the node back, so that it is counted.
 */
export class OpenSpans {
  #limit: number;
  readonly #idleMs: number;
  readonly #nodes = new Map<string, SpanNode>();

  constructor(limit: number, idleMs: number) {
    this.#limit = limit;
    this.#idleMs = idleMs;
  }

  get size(): number {
    return this.#nodes.size;
  }

  makeRoom(spans: number): void {
    this.#limit = Math.max(this.#limit, spans);
  }

  get(traceId: string, spanId: string): SpanNode | undefined {
    const node = this.#nodes.get(spanId);
    return node !== undefined && node.trace.traceId === traceId ? node : undefined;
  }

  /** The node that had to give way, if one had to. */
  add(node: SpanNode): SpanNode | undefined {
    const evicted =
      this.#nodes.get(node.spanId) ??
      (this.#nodes.size >= this.#limit ? this.#idlest() : undefined);
    if (evicted !== undefined) this.#nodes.delete(evicted.spanId);
    this.#nodes.set(node.spanId, node);
    return evicted;
  }

  delete(node: SpanNode): void {
    if (this.#nodes.get(node.spanId) === node) this.#nodes.delete(node.spanId);
  }

  nodes(): IterableIterator<SpanNode> {
    return this.#nodes.values();
  }

  expired(nowMs: number): SpanNode[] {
    const expired: SpanNode[] = [];
    for (const node of this.#nodes.values()) {
      if (nowMs - node.touchedMs >= this.#idleMs && node.openChildren === 0) expired.push(node);
    }
    return expired;
  }

  /** Among the oldest few, which the map holds first: a parent is old but busy while its children come and go. */
  #idlest(): SpanNode | undefined {
    let idlest: SpanNode | undefined;
    let looked = 0;
    for (const node of this.#nodes.values()) {
      if (idlest === undefined || node.touchedMs < idlest.touchedMs) idlest = node;
      looked += 1;
      if (looked === 16) break;
    }
    return idlest;
  }
}
