import type { Detection } from "../detect/detection.ts";
import type { Detector } from "../detect/detector.ts";
import type { ControlParameters } from "./control-parameters.ts";
import { ConsultPacer } from "./consult-pacer.ts";
import { DecisionBook } from "./decision-book.ts";
import { DependencyControl } from "./dependency-control.ts";
import type { DependencySignals } from "./dependency-signals.ts";
import type { DependencyLook, DependencyState, DependencyView } from "./engine-types.ts";
import type { DependencyPolicy } from "./policy.ts";

/** One dependency with all that belongs to it. */
export interface WatchedDependency {
  readonly id: string;
  readonly signals: DependencySignals;
  readonly detectors: readonly Detector[];
  readonly control: DependencyControl;
  readonly book: DecisionBook;
  readonly pacer: ConsultPacer;
  policy: DependencyPolicy;
}

export function watch(
  id: string,
  signals: DependencySignals,
  detectors: readonly Detector[],
  policy: DependencyPolicy,
  parameters: ControlParameters,
): WatchedDependency {
  return {
    id,
    signals,
    detectors,
    policy,
    control: new DependencyControl(id, parameters),
    book: new DecisionBook(),
    pacer: new ConsultPacer(),
  };
}

export function viewOf(
  watched: WatchedDependency,
  { tenant, open, nowMs }: { tenant: string; open: readonly Detection[]; nowMs: number },
): DependencyView {
  return {
    id: watched.id,
    tenant,
    state: stateOf(watched, open),
    signals: watched.signals.view(nowMs),
    decisions: watched.book.decisions.map(({ id }) => id),
    detections: open.map(({ id }) => id),
  };
}

export function lookAt(watched: WatchedDependency, open: readonly Detection[]): DependencyLook {
  const { signals, control, policy } = watched;
  const { usualLatencyS } = control.bound;
  const {
    inFlight = 0,
    waiting = 0,
    waitingByPriority = [0, 0, 0, 0, 0],
  } = signals.tickTotals ?? {};
  return {
    state: stateOf(watched, open),
    mode: policy.mode,
    last: signals.last,
    usualLatencyMs: usualLatencyS === undefined ? null : usualLatencyS * 1_000,
    bound: control.allowance.bound ?? null,
    inFlight,
    waiting,
    waitingByPriority,
  };
}

const DEGRADING: readonly Detection["kind"][] = [
  "degraded",
  "throttled",
  "saturation",
  "retry_storm",
];

function stateOf({ control }: WatchedDependency, open: readonly Detection[]): DependencyState {
  const fires = (kind: Detection["kind"]): boolean =>
    open.some((detection) => detection.kind === kind && detection.state === "firing");
  if (control.phase === "held") return "failing";
  if (control.phase === "ramping") return "recovering";
  if (fires("failing")) return "failing";
  if (fires("recovered")) return "recovering";
  if (control.isStrained) return "degraded";
  if (DEGRADING.some(fires)) return "degraded";
  return control.bound.usualLatencyS === undefined ? "unknown" : "healthy";
}
