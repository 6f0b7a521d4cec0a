import type { FaultSpec } from "../scenario/scenario.ts";
import { multiply, type Piece } from "./intensity.ts";

const USUAL: readonly Piece[] = [{ fromMs: 0, value: 1 }];

/** By how much the workload's arrivals are multiplied, over time. Spikes that overlap multiply. */
export function spikesOf(faults: readonly FaultSpec[], workload: string): readonly Piece[] {
  let pieces = USUAL;
  for (const fault of faults) {
    if (fault.kind !== "spike" || fault.workload !== workload) continue;
    pieces = multiply(pieces, [
      { fromMs: 0, value: 1 },
      { fromMs: 1_000 * fault.fromS, value: fault.factor },
      { fromMs: 1_000 * fault.toS, value: 1 },
    ]);
  }
  return pieces;
}
