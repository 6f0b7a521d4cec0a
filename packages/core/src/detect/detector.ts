import type { DependencyWindow } from "./dependency-window.ts";
import type { DetectionKind, Finding } from "./detection.ts";

/**
 * Watches one dependency. Told each window once, in order; says what it makes of all it was told. Its state is plain
 * JSON of bounded size, so the engine can keep it across a restart.
 */
export interface Detector {
  readonly kind: DetectionKind;
  observe(window: DependencyWindow): Finding;
  state(): unknown;
  /** Takes back what `state` gave; anything else (an older version's state, rubbish) is ignored. */
  restore(state: unknown): void;
}
