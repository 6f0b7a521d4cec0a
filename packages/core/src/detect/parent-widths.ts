import type { HistogramData } from "../signals/histogram.ts";
import type { Sample } from "./baseline.ts";
import { logMomentsOf } from "./histogram-moments.ts";
import type { LogMoments } from "./histogram-moments.ts";
import { memberOf, numbersOf } from "./parsed-state.ts";

/** Parents whose usual width is kept; the first that come. A dependency seldom has more kinds of callers. */
const PARENTS_MAX = 64;
/** Windows with work of a parent before its usual width means anything. */
const WINDOWS_MIN = 10;
/** Memory in windows with work of that parent. */
const MEMORY_WINDOWS = 600;

interface Usual {
  location: number;
  windows: number;
}

export interface ParentWidth {
  readonly parent: string;
  readonly usual: number;
  readonly recent: number;
}

interface Known {
  readonly parent: string;
  readonly moments: LogMoments;
  readonly usual: Usual;
}

/**
 * How many calls each parent makes, against that parent's own usual: else a change in who is at work (a planner with twenty calls
 * among workers with one) would look like a change in how they work. A parent's usual is its running mean of log(width).
 */
export class ParentWidths {
  readonly #usual = new Map<string, Usual>();

  /** Mean deviation of log(width) over all parents known well enough; the widest deviation names its parent. */
  compare(
    fanOut: ReadonlyMap<string, HistogramData>,
  ): { readonly sample: Sample; readonly widest: ParentWidth } | undefined {
    const known = this.#known(fanOut);
    const count = known.reduce((sum, { moments }) => sum + moments.count, 0);
    const [first] = [...known].sort((a, b) => deviationOf(b) - deviationOf(a));
    if (!first) return undefined;
    const value =
      known.reduce((sum, each) => sum + deviationOf(each) * each.moments.count, 0) / count;
    const variance =
      known.reduce((sum, { moments }) => sum + moments.variance * moments.count, 0) / count;
    const widest = {
      parent: first.parent,
      usual: Math.exp(first.usual.location),
      recent: Math.exp(first.moments.mean),
    };
    return { sample: { value, count, variance }, widest };
  }

  learn(fanOut: ReadonlyMap<string, HistogramData>, pace: number): void {
    for (const [parent, histogram] of fanOut) {
      const moments = logMomentsOf(histogram);
      if (!moments) continue;
      const usual = this.#usual.get(parent) ?? { location: 0, windows: 0 };
      if (usual.windows === 0 && this.#usual.size >= PARENTS_MAX) continue;
      const gain =
        Math.max(1 / (usual.windows + 1), 1 / MEMORY_WINDOWS) *
        (usual.windows < WINDOWS_MIN ? 1 : pace);
      usual.location += gain * (moments.mean - usual.location);
      usual.windows = Math.min(usual.windows + 1, MEMORY_WINDOWS);
      this.#usual.set(parent, usual);
    }
  }

  state(): unknown {
    return { parents: [...this.#usual].map(([parent, usual]) => ({ parent, ...usual })) };
  }

  restore(state: unknown): void {
    const parents = memberOf(state, "parents");
    if (!Array.isArray(parents)) return;
    this.#usual.clear();
    for (const entry of parents.slice(0, PARENTS_MAX)) {
      const parent = memberOf(entry, "parent");
      const usual = numbersOf(entry, ["location", "windows"]);
      if (typeof parent === "string" && usual) this.#usual.set(parent, usual);
    }
  }

  #known(fanOut: ReadonlyMap<string, HistogramData>): readonly Known[] {
    return [...fanOut].flatMap(([parent, histogram]) => {
      const usual = this.#usual.get(parent);
      const moments = logMomentsOf(histogram);
      return usual && moments && usual.windows >= WINDOWS_MIN ? [{ parent, moments, usual }] : [];
    });
  }
}

function deviationOf({ moments, usual }: Known): number {
  return moments.mean - usual.location;
}
