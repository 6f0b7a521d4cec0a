import { Graph, layout } from "@dagrejs/dagre";
import type { Neighbourhood } from "../judge/neighbourhood.ts";
import { NODE_HEIGHT, NODE_WIDTH } from "./graph-size.ts";

/** Room for the ring around a root, so that arrows end outside it. */
const RING = 10;

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  /** Centres. */
  readonly nodes: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
  /** By `from\nto`: an SVG path, from the caller to the callee. */
  readonly paths: ReadonlyMap<string, string>;
}

/** Callers left, callees right. What it costs depends on nodes and edges alone, so it is asked for when those change. */
export function layOut({ nodes, edges }: Neighbourhood): GraphLayout {
  const graph = new Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 3, ranksep: 26, marginx: 6, marginy: 14 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of nodes)
    graph.setNode(id, { width: NODE_WIDTH + RING, height: NODE_HEIGHT + RING });
  for (const { from, to } of edges) graph.setEdge(from, to);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: new Map(nodes.map(({ id }) => [id, graph.node(id)])),
    paths: new Map(
      edges.map(({ from, to }) => [`${from}\n${to}`, pathOf(graph.edge(from, to).points)]),
    ),
  };
}

function pathOf(points: readonly { x: number; y: number }[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  const middle = rest.slice(0, -1);
  const last = rest.at(-1) ?? first;
  if (middle.length === 0) return `M${at(first)}L${at(last)}`;
  // Through the midpoints of its legs a quadratic curve has no kinks.
  const curves = middle.map((point, index) => {
    const next = middle[index + 1] ?? last;
    const end = next === last ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${at(point)} ${at(end)}`;
  });
  return `M${at(first)}${curves.join("")}`;
}

function at({ x, y }: { x: number; y: number }): string {
  return `${Math.round(x)},${Math.round(y)}`;
}
