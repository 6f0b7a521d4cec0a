import type { Scenario } from "../scenario/scenario.ts";

/** Every process of a run, by its place in the list: those of each workload in turn, then those of dependencies that make calls. */
export interface Processes {
  readonly ids: readonly string[];
  /** Where a workload's own begin. */
  readonly firstOf: ReadonlyMap<string, number>;
  /** The process of a dependency that calls others. */
  readonly serverOf: ReadonlyMap<string, number>;
}

export function processesOf({
  workloads,
  dependencies,
}: Pick<Scenario, "workloads" | "dependencies">): Processes {
  const ids: string[] = [];
  const firstOf = new Map<string, number>();
  const serverOf = new Map<string, number>();
  for (const { name, processes } of workloads) {
    firstOf.set(name, ids.length);
    for (let at = 0; at < processes; at += 1) ids.push(`${name}-${String(at).padStart(3, "0")}`);
  }
  for (const { id, calls } of dependencies) {
    if (calls.length === 0) continue;
    serverOf.set(id, ids.length);
    ids.push(`server:${id}`);
  }
  return { ids, firstOf, serverOf };
}
