import type { FleetCounts } from "../agents/fleet.ts";
import type { Caller } from "../agents/caller.ts";
import type { Plant } from "../plant/plant.ts";
import type { Measurement } from "./measurement.ts";
import type { Conservation } from "./outcome.ts";

/**
 * Where every workflow and attempt is at the end of a run. What was begun is counted where it begins (fleet and caller), what went out
 * where it arrives (plant), the rest as the observer saw it: so that the sums can fail to add up.
 *
 * @throws where they do. Something was lost or counted twice then, and no number of the run is to be believed.
 */
export function conservationOf(
  { workflows, attempts }: Pick<Measurement, "workflows" | "attempts">,
  fleet: FleetCounts,
  caller: Pick<Caller, "attempts">,
  plant: Plant,
): Conservation {
  let went = 0;
  for (const { counts } of plant.dependencies.values()) went += counts.requests;
  const conservation: Conservation = {
    workflows: {
      started: fleet.workflows,
      ok: workflows.ok,
      late: workflows.late,
      failed: workflows.failed,
      open: workflows.open,
    },
    attempts: { asked: caller.attempts, went, ...attempts },
  };
  if (isConserved(conservation)) return conservation;
  throw new Error(`workflows or attempts are not accounted for: ${JSON.stringify(conservation)}`);
}

function isConserved({ workflows, attempts }: Conservation): boolean {
  const { started, ok, late, failed, open } = workflows;
  const { asked, went, refused, withdrawn, waiting, ended, inFlight } = attempts;
  return (
    started === ok + late + failed + open &&
    asked === went + refused + withdrawn + waiting &&
    went === ended + inFlight
  );
}
