import type { FileNode } from "./file-node.ts";
import type { NumberRange } from "./number-range.ts";
import type { CoordinationSpec } from "./scenario.ts";

const MS: NumberRange = { min: 0, max: 600_000 };
const INTERVAL_MS: NumberRange = { min: 1, max: 600_000 };
const SHARE: NumberRange = { min: 0, max: 1 };

/** The product's own intervals, a way that takes a fifth of a second, and nothing that goes wrong on it. */
export const COORDINATION_DEFAULT: CoordinationSpec = {
  stalenessMs: 200,
  reportIntervalMs: 1_000,
  tickMs: 1_000,
  lostReports: 0,
  disobeying: 0,
  clockSkewMs: 0,
  spanBatchMs: 0,
};

export function parseCoordination(node: FileNode | undefined, durationS: number): CoordinationSpec {
  if (node === undefined) return COORDINATION_DEFAULT;
  const usual = COORDINATION_DEFAULT;
  const fields = node.fields([
    "stalenessMs",
    "reportIntervalMs",
    "tickMs",
    "lostReports",
    "disobeying",
    "deadFromS",
    "clockSkewMs",
    "spanBatchMs",
  ]);
  const dead = fields.get("deadFromS");
  return {
    stalenessMs: fields.number("stalenessMs", MS, usual.stalenessMs),
    reportIntervalMs: fields.number("reportIntervalMs", INTERVAL_MS, usual.reportIntervalMs),
    tickMs: fields.number("tickMs", INTERVAL_MS, usual.tickMs),
    lostReports: fields.number("lostReports", SHARE, usual.lostReports),
    disobeying: fields.number("disobeying", SHARE, usual.disobeying),
    ...(dead && { deadFromS: dead.number({ min: 0, max: durationS }) }),
    clockSkewMs: fields.number("clockSkewMs", MS, usual.clockSkewMs),
    spanBatchMs: fields.number("spanBatchMs", MS, usual.spanBatchMs),
  };
}
