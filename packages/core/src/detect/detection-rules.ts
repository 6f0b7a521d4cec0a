import type { DetectionKind } from "./detection.ts";
import type { LifeCycleRule } from "./life-cycle.ts";

/**
 * How long each kind must last to fire, and how long it must be gone to resolve. The detectors themselves already
 * accumulate evidence up to their stated false-alarm rate, so `forMs` is short: it only keeps one odd window from acting.
 */
export const DETECTION_RULES: Readonly<Record<DetectionKind, LifeCycleRule>> = {
  // The CUSUM has taken two to three windows already. Ten seconds outlast the pauses between two waves of slow answers.
  degraded: { forMs: 0, keepFiringForMs: 10_000 },
  // Likewise; its own sequential test already demands a run of good answers before it says normal.
  failing: { forMs: 0, keepFiringForMs: 5_000 },
  // A 429 is the dependency's own word, so the first suffices; five seconds span the usual Retry-After of 1 to 2 s.
  throttled: { forMs: 0, keepFiringForMs: 5_000 },
  // Overlapping estimation windows make neighbours nearly the same test; two seconds ask for a second opinion. Waves of
  // exponential backoff are up to tens of seconds apart, and a storm is over when no wave comes.
  retry_storm: { forMs: 1_000, keepFiringForMs: 20_000 },
  // A workflow that fans out does so in bursts; a burst's end is no recovery.
  fanout: { forMs: 1_000, keepFiringForMs: 15_000 },
  // A queue that fills does not drain in a moment: shorter than this is a burst that the dependency absorbed.
  saturation: { forMs: 2_000, keepFiringForMs: 10_000 },
  // Made of firing detections, so it needs no time of its own to begin.
  cascade: { forMs: 0, keepFiringForMs: 10_000 },
  // Each further cycle of a loop comes one period later, and periods of tens of seconds are usual for model calls.
  loop: { forMs: 0, keepFiringForMs: 30_000 },
  // An event more than a state: it must be seen once by whoever ramps, and end before the next trouble.
  recovered: { forMs: 0, keepFiringForMs: 5_000 },
};
