import { rootOf, type SpanNode } from "./span-node.ts";

export function agentOf(node: SpanNode): string {
  return node.agent ?? "unknown";
}

/** The nearest enclosing dependency, else the agent. */
export function callerOf(node: SpanNode): string {
  return dependencyAbove(node) ?? agentOf(node);
}

/** The nearest enclosing dependency, if any is between it and the agent. */
export function dependencyAbove(node: SpanNode): string | undefined {
  for (let above = node.above; above !== undefined; above = above.above) {
    const { layer, dependency } = above.identity;
    if (layer === "call" || layer === "attempt")
      return above.claimer === undefined ? dependency : rootOf(above).identity.dependency;
    if (layer === "agent") break;
  }
  return undefined;
}
