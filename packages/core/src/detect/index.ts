/** Detectors one by one, for benchmarks that calibrate and compare them. Not published: `Engine` runs them all. */
export { createDetectors } from "./detectors.ts";
export { BernoulliCusum } from "./bernoulli-cusum.ts";
export { findCascades, type Cascade, type CascadeEdge } from "./cascade.ts";
export { DETECTION_RULES } from "./detection-rules.ts";
export { Detections } from "./detections.ts";
export { advance, INACTIVE, type LifeCycleState } from "./life-cycle.ts";
export { Loop } from "./loop.ts";
export { RetryStorm } from "./retry-storm.ts";
export { CusumBank } from "./cusum.ts";
export { Degraded } from "./degraded.ts";
export { Drift } from "./drift.ts";
export { Failing } from "./failing.ts";
export { Fanout } from "./fanout.ts";
export { ARL_WINDOWS } from "./run-length.ts";
/** For windows that a benchmark makes itself. */
export { noOutcomes } from "../signals/outcome.ts";
