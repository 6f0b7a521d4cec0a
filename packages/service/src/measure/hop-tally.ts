import { rounded } from "./cost-tally.ts";
import type { Measurement } from "./measurement.ts";
import type { Step } from "./unit-of-work.ts";

export type HopRow = Measurement["hops"][number];

const HOPS_MAX = 5_000;

interface Hop {
  readonly from: string;
  readonly to: string;
  calls: number;
  attempts: number;
  parents: number;
  widthMax: number;
}

/** The fan-out map: for each edge, how many calls one parent made over it. */
export class HopTally {
  readonly #hops = new Map<string, Hop>();
  leftOut = 0;

  /** The steps of one unit of work: a parent is a call of it, or the unit itself where its agent called. */
  add(steps: readonly Step[]): void {
    const calls = new Set<number>();
    const widths = new Map<string, { readonly hop: Hop; width: number }>();
    for (const { from, dependency, call, parentCall } of steps) {
      const hop = this.#hop(from, dependency);
      if (hop === undefined) continue;
      hop.attempts += 1;
      if (calls.has(call)) continue;
      calls.add(call);
      hop.calls += 1;
      const key = `${parentCall ?? "agent"}\n${from}\n${dependency}`;
      const known = widths.get(key);
      if (known === undefined) widths.set(key, { hop, width: 1 });
      else known.width += 1;
    }
    for (const { hop, width } of widths.values()) {
      hop.parents += 1;
      hop.widthMax = Math.max(hop.widthMax, width);
    }
  }

  rows(certainty: HopRow["certainty"]): readonly HopRow[] {
    return [...this.#hops.values()]
      .toSorted((a, b) => b.attempts - a.attempts || (keyOf(a) < keyOf(b) ? -1 : 1))
      .map((hop) => ({
        ...hop,
        widthMean: rounded(hop.calls / hop.parents),
        attemptsPerCall: rounded(hop.attempts / hop.calls),
        amplification: rounded(hop.attempts / hop.parents),
        certainty,
      }));
  }

  #hop(from: string, to: string): Hop | undefined {
    const key = `${from}\n${to}`;
    let hop = this.#hops.get(key);
    if (hop === undefined) {
      if (this.#hops.size >= HOPS_MAX) {
        this.leftOut += 1;
        return undefined;
      }
      hop = { from, to, calls: 0, attempts: 0, parents: 0, widthMax: 0 };
      this.#hops.set(key, hop);
    }
    return hop;
  }
}

function keyOf({ from, to }: Hop): string {
  return `${from}\n${to}`;
}
