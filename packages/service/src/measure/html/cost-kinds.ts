import { isCoordination } from "../coordination.ts";
import type { Measurement } from "../measurement.ts";

type CostBar = Measurement["series"]["bars"][number];

/**
 * Names a bar's colour: red for what better spacing could have won, green for what was of use, grey for what is a dependency's own doing;
 * solid where it is confirmed, hatched where it is likely.
 */
export function lookOf({ kind, certainty }: Pick<CostBar, "kind" | "certainty">): string {
  if (kind === "useful") return `useful ${certainty}`;
  return `${isCoordination({ kind }) ? "waste" : "other"} ${certainty}`;
}
