import type { Measurement } from "./measurement.ts";

type CostBar = Measurement["series"]["bars"][number];

const KINDS: ReadonlySet<string> = new Set(["correlated_retries", "loops", "cut_work"]);

/** What better spacing could win. That a dependency fails or drifts is its own doing. */
export function isCoordination({ kind }: Pick<CostBar, "kind">): boolean {
  return KINDS.has(kind);
}
