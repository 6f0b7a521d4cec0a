import { Timeline } from "./timeline.ts";

/** What started in one bucket of time. */
export interface AttemptCell {
  attempts: number;
  retries: number;
  failed: number;
}

/** Half an hour by the second; a day by the minute. */
const CELLS_MAX = 2_048;

export function newAttemptTimeline(): Timeline<AttemptCell> {
  return new Timeline<AttemptCell>({
    widthMs: 1_000,
    cellsMax: CELLS_MAX,
    create: () => ({ attempts: 0, retries: 0, failed: 0 }),
    merge: (into, from) => {
      into.attempts += from.attempts;
      into.retries += from.retries;
      into.failed += from.failed;
    },
  });
}
