import type { Detection } from "@headway/core";

/** Where trouble comes from and where it has got to, as the cascade detections say. */
export interface Spreading {
  readonly roots: ReadonlySet<string>;
  /** By affected dependency. */
  readonly rootOf: ReadonlyMap<string, string>;
  /** `from → to`, as evidence writes an edge. */
  readonly edges: ReadonlySet<string>;
}

export function spreadingOf(firing: readonly Detection[]): Spreading {
  const roots = new Set<string>();
  const rootOf = new Map<string, string>();
  const edges = new Set<string>();
  for (const { kind, dependency, evidence } of firing) {
    if (kind !== "cascade") continue;
    roots.add(dependency);
    for (const id of textsOf(evidence["affected"]))
      if (id !== dependency) rootOf.set(id, dependency);
    for (const edge of textsOf(evidence["edges"])) edges.add(edge);
  }
  return { roots, rootOf, edges };
}

export function edgeName(from: string, to: string): string {
  return `${from} → ${to}`;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
