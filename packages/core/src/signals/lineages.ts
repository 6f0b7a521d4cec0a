import type { Failure } from "./failures.ts";
import { RecencyMap } from "./recency-map.ts";
import type { SpanNode } from "./span-node.ts";

/**
 * Where failed calls wait for their retry: with the open parent, or, where there is none to wait with, here under a key.
 * Without a parent the agent stands in for it; below a session, which is everybody's parent, the agent and the trace do.
 */
export class Lineages {
  readonly #limit: number;
  readonly #orphans = new RecencyMap<Failure[]>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#orphans.size;
  }

  /** The failures that a call beginning now may be a retry of. */
  of(node: SpanNode): Failure[] | undefined {
    // An ended parent has none left.
    if (hasParent(node)) return node.above.failures;
    return this.#orphans.size === 0 ? undefined : this.#orphans.get(keyOf(node));
  }

  /** Whether a call to the dependency, with nothing above it, may be a retry of one that failed. */
  hasFailed(agent: string, dependency: string): boolean {
    if (this.#orphans.size === 0) return false;
    const failures = this.#orphans.get(keyOfAgent(agent));
    return failures !== undefined && failures.some((failure) => failure.dependency === dependency);
  }

  /** The list that a failed call is to be put in. */
  place(node: SpanNode): Failure[] | undefined {
    if (hasParent(node) && !node.above.isEnded) return (node.above.failures ??= []);
    const key = keyOf(node);
    const known = this.#orphans.get(key);
    if (known !== undefined) return known;
    if (this.#orphans.size >= this.#limit) this.#orphans.takeOldest();
    const failures: Failure[] = [];
    this.#orphans.add(key, failures);
    return failures;
  }

  /** Forgets failures that are too old to be retried. */
  sweep(nowMs: number, gapMsMax: number): void {
    for (const [key, failures] of this.#orphans) {
      while (failures[0] !== undefined && nowMs - failures[0].atMs > gapMsMax) failures.shift();
      if (failures.length === 0) this.#orphans.delete(key);
    }
  }
}

function hasParent(node: SpanNode): node is SpanNode & { readonly above: SpanNode } {
  return (
    node.identity.lineage === undefined &&
    node.above !== undefined &&
    node.above.identity.layer !== "session"
  );
}

function keyOf(node: SpanNode): string {
  const { identity, above, parentSpanId, agent, trace } = node;
  if (identity.lineage !== undefined) return `lineage ${identity.lineage}`;
  if (above?.identity.layer === "session") return `agent ${agent} ${trace.traceId}`;
  const parent = above?.spanId ?? parentSpanId;
  return parent === undefined ? keyOfAgent(agent ?? "") : `parent ${parent}`;
}

function keyOfAgent(agent: string): string {
  return `agent ${agent}`;
}
