import type { Detection } from "@headway/core";
import { findCascades } from "@headway/core/detect";
import { causeTrouble, type CascadeTrouble } from "./cascade-trouble.ts";

export interface CascadeBenchOptions {
  /** Faults, for each size of graph and each world. */
  readonly seeds: number;
}

export interface CascadeBench {
  readonly rows: readonly CascadeRow[];
}

export interface CascadeRow {
  readonly world: string;
  readonly nodes: number;
  readonly faults: number;
  /** Share of the faults whose node is the root of the widest cascade: half a minute after the last of it has fired, and when a cascade is first seen. */
  readonly hit: number;
  readonly hitAtFirst: number;
  /** The same share for whoever names the first to fire. */
  readonly hitByOrder: number;
  /** Cascades that are said of one fault. */
  readonly cascades: number;
}

const SIZES = [6, 10, 20] as const;

/** From a clean one to one in which a tenth of everything goes wrong. */
const WORLDS = [
  { world: "clean", spread: 0.9, missed: 0, noise: 0, edgesMissed: 0 },
  { world: "usual", spread: 0.85, missed: 0.05, noise: 0.02, edgesMissed: 0.02 },
  { world: "rough", spread: 0.7, missed: 0.1, noise: 0.1, edgesMissed: 0.1 },
] as const;

/** Trouble at one of 6, 10 or 20 dependencies that call each other: is it named, and not one of those that only suffer from it? */
export async function benchCascade(
  _dataFolder: string,
  { seeds }: CascadeBenchOptions,
): Promise<CascadeBench> {
  const rows = WORLDS.flatMap(({ world, ...options }) =>
    SIZES.map((nodes) => {
      const troubles = Array.from({ length: seeds }, (_, seed) =>
        causeTrouble({ ...options, seed, nodes }),
      );
      return rowOf(world, nodes, troubles);
    }),
  );
  return { rows };
}

function rowOf(world: string, nodes: number, troubles: readonly CascadeTrouble[]): CascadeRow {
  const share = (isHit: (trouble: CascadeTrouble) => boolean): number =>
    troubles.filter(isHit).length / troubles.length;
  return {
    world,
    nodes,
    faults: troubles.length,
    hit: share((trouble) => rootOf(trouble.detections, trouble) === trouble.faulty),
    hitAtFirst: share((trouble) => firstRootOf(trouble) === trouble.faulty),
    hitByOrder: share(({ detections, faulty }) => detections[0]?.dependency === faulty),
    cascades:
      troubles.reduce(
        (sum, { detections, edges }) => sum + findCascades(detections, edges).length,
        0,
      ) / troubles.length,
  };
}

/** Of the widest cascade; of several, the first to fire. */
function rootOf(detections: readonly Detection[], { edges }: CascadeTrouble): string | undefined {
  const found = findCascades(detections, edges);
  const widest = Math.max(...found.map(({ affected }) => affected.length));
  return found.find(({ affected }) => affected.length === widest)?.root;
}

/** As soon as there is a cascade at all. */
function firstRootOf(trouble: CascadeTrouble): string | undefined {
  const { detections } = trouble;
  for (let known = 2; known <= detections.length; known += 1) {
    const root = rootOf(detections.slice(0, known), trouble);
    if (root !== undefined) return root;
  }
  return undefined;
}
