import type { LiveEdge } from "@headway/service/live";
import { rootCauses } from "./trouble.ts";
import { isTroubled } from "../world/world.ts";
import type { World } from "../world/world.ts";

export interface GraphNode {
  readonly id: string;
  readonly state: string;
  readonly isTroubled: boolean;
  readonly isRoot: boolean;
}

export interface Neighbourhood {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly LiveEdge[];
  /** Nodes left out. */
  readonly hiddenCount: number;
}

/** All agents in one: a graph of five hundred of them around three tools says no more. */
export const AGENTS = "agents";

/** More is a hairball in a panel of this size. */
const NODES_MAX = 11;
/** Further away is shown only what is in trouble too: it waits for what waits for the root. */
const STEPS_MAX = 1;

/**
 * The part of the call graph worth a look: around the roots of trouble, or around what is troubled where nothing is the
 * root, or around the busiest where nothing is troubled. Nearer ones come first, then those in trouble, then the busier.
 * What is troubled and not connected with it stands in the table, not here.
 */
export function neighbourhood(
  world: World,
  { focus, nodesMax = NODES_MAX }: { focus?: string; nodesMax?: number } = {},
): Neighbourhood {
  const { edges, rows } = world;
  const roots = rootCauses(world);
  const traffic = trafficOf(edges);
  const troubled = new Set([...rows.values()].filter(isTroubled).map(({ id }) => id));
  const steps = distances(edges, focus === undefined ? sourcesOf(world, roots, traffic) : [focus]);
  const far = focus === undefined ? STEPS_MAX : 1;
  const shown = [...steps.keys()]
    .filter((id) => traffic.has(id) && (steps.get(id)! <= far || troubled.has(id)))
    .toSorted(
      (a, b) =>
        steps.get(a)! - steps.get(b)! ||
        Number(troubled.has(b)) - Number(troubled.has(a)) ||
        traffic.get(b)! - traffic.get(a)! ||
        (a < b ? -1 : 1),
    )
    .slice(0, nodesMax);
  const kept = new Set(shown);
  return {
    nodes: shown.toSorted().map((id) => {
      return {
        id,
        state: rows.get(id)?.state ?? "unknown",
        isTroubled: troubled.has(id),
        isRoot: roots.has(id),
      };
    }),
    edges: edges.filter(({ from, to }) => kept.has(from) && kept.has(to) && from !== to),
    hiddenCount: traffic.size - shown.length,
  };
}

function sourcesOf(
  { rows }: World,
  roots: ReadonlySet<string>,
  traffic: ReadonlyMap<string, number>,
): readonly string[] {
  // Of many lone troubles, those that the service calls the root of others' are the story.
  const spreading = [...roots].filter((id) => rows.get(id)?.isRoot);
  if (roots.size > 0) return spreading.length > 0 ? spreading : [...roots];
  const busiest = [...traffic.keys()].toSorted(
    (a, b) => traffic.get(b)! - traffic.get(a)! || (a < b ? -1 : 1),
  );
  return busiest.slice(0, 3);
}

/** Steps from the nearest of `sources`, either way along the edges. Not through "agents", who call everything. */
function distances(
  edges: readonly LiveEdge[],
  sources: readonly string[],
): ReadonlyMap<string, number> {
  const beside = new Map<string, string[]>();
  const join = (a: string, b: string): void => {
    const list = beside.get(a);
    if (list === undefined) beside.set(a, [b]);
    else list.push(b);
  };
  for (const { from, to } of edges) {
    join(from, to);
    join(to, from);
  }
  const steps = new Map(sources.map((id) => [id, 0]));
  let front = sources;
  for (let step = 1; front.length > 0; step += 1) {
    const next = front
      .filter((id) => id !== AGENTS)
      .flatMap((id) => beside.get(id) ?? [])
      .filter((id) => !steps.has(id));
    for (const id of next) steps.set(id, step);
    front = [...new Set(next)];
  }
  return steps;
}

function trafficOf(edges: readonly LiveEdge[]): ReadonlyMap<string, number> {
  const traffic = new Map<string, number>();
  for (const { from, to, callsPerSecond } of edges) {
    traffic.set(from, (traffic.get(from) ?? 0) + callsPerSecond);
    traffic.set(to, (traffic.get(to) ?? 0) + callsPerSecond);
  }
  return traffic;
}
