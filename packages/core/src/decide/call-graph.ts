import type { CascadeEdge } from "../detect/cascade.ts";
import type { DependencyWindow } from "../detect/dependency-window.ts";
import type { DependencyState, GraphEdge, GraphView } from "./engine-types.ts";

interface Edge {
  callsPerSecond: number;
  amplification: number;
  heardMs: number;
}

/** Time constant of an edge's rate. */
const SMOOTHING_S = 10;
const FORGET_MS = 15 * 60_000;
/** Callers of one dependency that the graph shows; callers are agents too, and there may be thousands. */
const CALLERS_MAX = 256;

/** Who calls whom, and how much: a small record, the only one that looks across dependencies. */
export class CallGraph {
  readonly #callers = new Map<string, Map<string, Edge>>();

  record({ dependency, endMs, windowMs, callsFrom, calls, attempts }: DependencyWindow): void {
    if (callsFrom.size === 0) return;
    const callers = this.#callers.get(dependency) ?? new Map<string, Edge>();
    this.#callers.set(dependency, callers);
    for (const [from, count] of callsFrom) {
      const edge = callers.get(from);
      const rate = (count * 1_000) / windowMs;
      const amplification = calls > 0 ? attempts / calls : (edge?.amplification ?? 1);
      if (!edge && callers.size >= CALLERS_MAX) continue;
      const sinceS = edge ? (endMs - edge.heardMs) / 1_000 : 0;
      const callsPerSecond = edge
        ? rate + (edge.callsPerSecond - rate) * Math.exp(-sinceS / SMOOTHING_S)
        : rate;
      callers.set(from, { callsPerSecond, amplification, heardMs: endMs });
    }
  }

  edges(nowMs: number): (CascadeEdge & Omit<Edge, "heardMs">)[] {
    const edges: (CascadeEdge & Omit<Edge, "heardMs">)[] = [];
    for (const [to, callers] of this.#callers) {
      for (const [from, { callsPerSecond, amplification, heardMs }] of callers) {
        if (nowMs - heardMs > FORGET_MS) callers.delete(from);
        else edges.push({ from, to, callsPerSecond, amplification });
      }
      if (callers.size === 0) this.#callers.delete(to);
    }
    return edges;
  }
}

/** The graph as it is shown: dependencies by their kind, everything else that calls is an agent. */
export function graphView(
  edges: readonly GraphEdge[],
  stateOf: (dependency: string) => DependencyState,
): GraphView {
  const ids = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const called = new Set(edges.map(({ to }) => to));
  const nodes = [...ids].map((id) => ({
    id,
    kind: called.has(id) || /^[a-z]+:/.test(id) ? (id.split(":", 1)[0] ?? id) : "agent",
    state: stateOf(id),
  }));
  return { nodes, edges: [...edges] };
}
