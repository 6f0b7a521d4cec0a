import type {
  LiveDelta,
  LiveDependency,
  LiveDependencyPatch,
  LiveView,
} from "../../live/live-view.ts";

/** As much of a live view as a terminal shows. */
export interface WatchView {
  readonly frame: number;
  readonly serverTime: string;
  readonly tenant: string;
  readonly dependencies: ReadonlyMap<string, LiveDependency>;
  readonly dependenciesUntold: number;
  readonly detections: ReadonlyMap<string, WatchDetection>;
  readonly detectionsUntold: number;
  readonly log: LiveView["log"];
  readonly savings: LiveView["savings"];
  readonly connections: LiveView["connections"];
}

export type WatchDetection = Omit<LiveView["detections"][number], "series">;

const LOG_LENGTH_MAX = 200;

export function watchViewOf(view: LiveView): WatchView {
  return {
    ...view,
    dependencies: new Map(view.dependencies.map((dependency) => [dependency.id, dependency])),
    detections: new Map(view.detections.map((detection) => [detection.id, detection])),
  };
}

/** Null: a frame was missed, so what is known can't be brought up to date. */
export function foldLive(view: WatchView, delta: LiveDelta): WatchView | null {
  if (delta.after !== view.frame) return null;
  const dependencies = new Map(view.dependencies);
  for (const id of delta.dependenciesGone ?? []) dependencies.delete(id);
  for (const patch of delta.dependencies ?? []) {
    const whole = { ...dependencies.get(patch.id), ...patch };
    if (isWhole(whole)) dependencies.set(patch.id, whole);
  }
  const detections = new Map(view.detections);
  for (const id of delta.detectionsGone ?? []) detections.delete(id);
  for (const detection of delta.detections ?? []) detections.set(detection.id, detection);
  return {
    frame: delta.frame,
    serverTime: delta.serverTime,
    tenant: view.tenant,
    dependencies,
    dependenciesUntold: delta.dependenciesUntold ?? view.dependenciesUntold,
    detections,
    detectionsUntold: delta.detectionsUntold ?? view.detectionsUntold,
    log: [...(delta.log ?? []), ...view.log].slice(0, LOG_LENGTH_MAX),
    savings: delta.savings ?? view.savings,
    connections: delta.connections ?? view.connections,
  };
}

function isWhole(patch: LiveDependencyPatch): patch is LiveDependency {
  return patch.now !== undefined && patch.state !== undefined && patch.actions !== undefined;
}
