import type { DriftVerdict } from "./drift.ts";
import { memberOf, numbersOf } from "./parsed-state.ts";

/** Takes back a verdict that was kept in a detector's state; whatever it cannot be, it is unknown. */
export function driftVerdictOf(value: unknown): DriftVerdict {
  const state = memberOf(value, "state");
  if (state === "normal") return { state };
  const shift = numbersOf(value, ["shift", "expected", "observed", "sigmas", "windows"]);
  return state === "shifted" && shift ? { state, ...shift } : { state: "unknown" };
}
