import { countBy } from "./count-by.ts";
import type { RunRecord } from "./run-record.ts";

/** Every workflow that came ends exactly once: done, failed with a cause, or listed as still held. Returns what is wrong, if anything. */
export function conservationFaults(record: RunRecord): readonly string[] {
  const ends = countBy(record.workflows, (workflow) => workflow.id);
  const plannedIds = new Set(record.planned.map((planned) => planned.id));
  const lost = [...plannedIds]
    .filter((id) => !ends.has(id))
    .map((id) => `workflow ${id} came and never ended`);
  const again = [...ends]
    .filter(([, times]) => times > 1)
    .map(([id, times]) => `workflow ${id} ended ${times} times`);
  const unknown = [...ends.keys()]
    .filter((id) => !plannedIds.has(id))
    .map((id) => `workflow ${id} ended and never came`);
  const mute = record.workflows
    .filter((workflow) => workflow.end === "failed" && workflow.cause === undefined)
    .map((workflow) => `workflow ${workflow.id} failed without a cause`);
  return [...lost, ...again, ...unknown, ...mute];
}
