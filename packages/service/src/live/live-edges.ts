import type { GraphEdge } from "@headway/core";
import { edgeName } from "./spreading.ts";
import type { LiveEdge } from "./live-view.ts";
import { rounded } from "./rounded.ts";

/** Stands for all agents: there may be thousands, and a picture of a thousand dots around one tells nothing. */
export const AGENTS = "agents";

const EDGES_MAX = 2_000;

type Edge = Omit<LiveEdge, "isSpreading">;

/** The graph as it is shown: agents as one node, and of many edges the busiest. */
export function joinAgents(
  edges: readonly GraphEdge[],
  isDependency: (id: string) => boolean,
): readonly Edge[] {
  const told: Edge[] = [];
  const agentsTo = new Map<string, { calls: number; attempts: number; agents: number }>();
  for (const { from, to, callsPerSecond, amplification } of edges) {
    if (isDependency(from)) {
      told.push({ from, to, ...ratesOf(callsPerSecond, amplification) });
      continue;
    }
    const joined = agentsTo.get(to) ?? { calls: 0, attempts: 0, agents: 0 };
    agentsTo.set(to, joined);
    joined.calls += callsPerSecond;
    joined.attempts += callsPerSecond * amplification;
    joined.agents += 1;
  }
  for (const [to, { calls, attempts, agents }] of agentsTo)
    told.push({ from: AGENTS, to, ...ratesOf(calls, calls > 0 ? attempts / calls : 1), agents });
  if (told.length <= EDGES_MAX) return told;
  return told.toSorted((a, b) => b.callsPerSecond - a.callsPerSecond).slice(0, EDGES_MAX);
}

export function markSpreading(edges: readonly Edge[], spreading: ReadonlySet<string>): LiveEdge[] {
  return edges.map((edge) => ({
    ...edge,
    isSpreading: spreading.has(edgeName(edge.from, edge.to)),
  }));
}

/** An edge's rate is an average of ten seconds: three digits of it are enough to draw a line by. */
function ratesOf(callsPerSecond: number, amplification: number) {
  return {
    callsPerSecond: Number(callsPerSecond.toPrecision(3)),
    amplification: rounded(amplification),
  };
}
