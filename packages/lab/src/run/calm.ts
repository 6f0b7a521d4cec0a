import type { FaultSpec } from "../scenario/scenario.ts";
import { isIn, type Span } from "./span.ts";

/** What a fault leaves behind has passed a minute after it. */
const AFTERMATH_S = 60;

/** Tells whether no fault is on and none has been for a minute: whatever is held back then is held back wrongly. */
export function calmOf(faults: readonly FaultSpec[]): (ms: number) => boolean {
  const troubled: readonly Span[] = faults.map(({ fromS, toS }) => ({
    fromMs: 1_000 * fromS,
    toMs: 1_000 * (toS + AFTERMATH_S),
  }));
  return (ms) => !troubled.some((span) => isIn(span, ms));
}
