import type { DependencyWindow } from "@headway/core";
import type { Alarm } from "./protocol.ts";
import type { Second } from "./span-windows.ts";

/** Whatever listens to the windows of all dependencies and raises alarms: core's detectors, or a rival. */
export interface SpanWatch {
  /** Alarms that begin in this second. */
  observe(second: Second): readonly Alarm[];
  /** One that knows the same and goes its own way from here. */
  fork(): SpanWatch;
}

/** An end of so large a share of the calls is the edge that the evidence is about. */
const EDGE_SHARE = 0.5;

export function serviceOf(dependency: string): string {
  return dependency.slice(dependency.indexOf(":") + 1);
}

/** Who called a dependency, and whom its own calls called, as far as one of them stands for most. */
export class Ends {
  readonly #callers = new Map<string, Map<string, number>>();
  readonly #callees = new Map<string, Map<string, number>>();

  observe(
    { dependency, callsFrom, gapsMade }: DependencyWindow,
    calleeOf: (key: string) => string,
  ): void {
    for (const [from, calls] of callsFrom) add(this.#callers, dependency, serviceOf(from), calls);
    for (const [key, { count }] of gapsMade ?? [])
      add(this.#callees, dependency, calleeOf(key), count);
  }

  callersOf(dependency: string): readonly string[] {
    return most(this.#callers.get(dependency));
  }

  calleesOf(dependency: string): readonly string[] {
    return most(this.#callees.get(dependency));
  }
}

function add(
  counts: Map<string, Map<string, number>>,
  at: string,
  name: string,
  count: number,
): void {
  let inner = counts.get(at);
  if (!inner) counts.set(at, (inner = new Map()));
  inner.set(name, (inner.get(name) ?? 0) + count);
}

function most(counts: ReadonlyMap<string, number> | undefined): readonly string[] {
  const total = [...(counts?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  return [...(counts ?? [])]
    .filter(([, count]) => count >= EDGE_SHARE * total)
    .map(([name]) => name);
}
