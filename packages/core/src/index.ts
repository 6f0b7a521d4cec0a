export type {
  Action,
  Consult,
  Decision,
  DecisionReason,
  Lease,
  Mode,
  Override,
  Scope,
  Shape,
  Verdict,
} from "./decide/decision.ts";
export { decisionFor } from "./decide/consult.ts";
export { CONTROL_PARAMETERS } from "./decide/control-parameters.ts";
export type { ControlParameters } from "./decide/control-parameters.ts";
export { Engine } from "./decide/engine.ts";
export type {
  AuditEntry,
  DependencyLook,
  DependencyState,
  DependencyView,
  EngineChange,
  EngineCounters,
  EngineLimits,
  EngineOptions,
  EngineRecord,
  GraphEdge,
  GraphNode,
  GraphView,
  LatencyView,
  WindowSpan,
  WindowView,
} from "./decide/engine-types.ts";
export { POLICY_DEFAULT } from "./decide/policy.ts";
export type { DependencyPolicy, Policy, PolicyRule } from "./decide/policy.ts";
export { resolvePolicy } from "./decide/resolve-policy.ts";
export type { Detection, DetectionKind, Evidence, Finding } from "./detect/detection.ts";
export type { DependencyWindow } from "./detect/dependency-window.ts";
export type { Detector } from "./detect/detector.ts";
export { ERROR_CODES, HeadwayError } from "./headway-error.ts";
export type { ErrorCode } from "./headway-error.ts";
export type { Random } from "./random.ts";
