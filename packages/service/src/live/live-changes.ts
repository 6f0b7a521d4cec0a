import type {
  LiveConnections,
  LiveDelta,
  LiveDependency,
  LiveDependencyPatch,
  LiveDetection,
  LiveDetectionPatch,
  LiveEdge,
  LiveLogEntry,
  LiveRaster,
  LiveView,
} from "./live-view.ts";
import { edgeName } from "./spreading.ts";

type Building = { -readonly [K in keyof LiveDelta]: LiveDelta[K] };

/** When each process was last heard from moves every second; that alone is told as often as this many frames. */
export interface ChangeOptions {
  readonly withHeardTimes: boolean;
}

/**
 * What to tell a reader who holds `before`, so that it holds `after`:
 *
 *     merge(before, changesBetween(before, after)) = after        (but for `heardAt`, unless asked for, and for `recent`)
 */
export function changesBetween(
  before: LiveView,
  after: LiveView,
  { withHeardTimes }: ChangeOptions,
): LiveDelta {
  const delta: Building = {
    frame: after.frame,
    after: before.frame,
    serverTime: after.serverTime,
  };
  if (before.mode !== after.mode) delta.mode = after.mode;
  addDependencies(delta, before, after);
  addEdges(delta, before, after);
  addDetections(delta, before, after);
  if (!isSameRaster(before.raster, after.raster)) delta.raster = after.raster;
  const log = newEntries(before.log, after.log);
  if (log.length > 0) delta.log = log;
  if (!isSame(before.savings, after.savings)) delta.savings = after.savings;
  if (isChanged(before.connections, after.connections, withHeardTimes))
    delta.connections = after.connections;
  return delta;
}

function addDependencies(delta: Building, before: LiveView, after: LiveView): void {
  const known = new Map(before.dependencies.map((dependency) => [dependency.id, dependency]));
  const patches: LiveDependencyPatch[] = [];
  for (const dependency of after.dependencies) {
    const old = known.get(dependency.id);
    known.delete(dependency.id);
    const patch = old === undefined ? dependency : patchOf(old, dependency);
    if (patch !== undefined) patches.push(patch);
  }
  if (patches.length > 0) delta.dependencies = patches;
  if (known.size > 0) delta.dependenciesGone = [...known.keys()];
  if (before.dependenciesUntold !== after.dependenciesUntold)
    delta.dependenciesUntold = after.dependenciesUntold;
}

type DependencyField = Exclude<keyof LiveDependency, "id" | "recent">;

const FIELDS = [
  "state",
  "trouble",
  "mode",
  "now",
  "usualMs",
  "actions",
  "override",
  "detections",
  "isRoot",
  "rootCause",
] as const satisfies readonly DependencyField[];

function patchOf(old: LiveDependency, dependency: LiveDependency): LiveDependencyPatch | undefined {
  const changed = FIELDS.filter((field) => !isSame(old[field], dependency[field]));
  if (changed.length === 0) return undefined;
  return {
    id: dependency.id,
    ...Object.fromEntries(changed.map((field) => [field, dependency[field]])),
  };
}

function addEdges(delta: Building, before: LiveView, after: LiveView): void {
  // Edges are looked at every few seconds only, and are the same objects in between unless trouble moves along them.
  const known = new Map(before.graph.edges.map((edge) => [edgeName(edge.from, edge.to), edge]));
  const changed: LiveEdge[] = [];
  for (const edge of after.graph.edges) {
    const name = edgeName(edge.from, edge.to);
    const old = known.get(name);
    known.delete(name);
    if (old === undefined || !isSame(old, edge)) changed.push(edge);
  }
  if (changed.length > 0) delta.edges = changed;
  if (known.size > 0) delta.edgesGone = [...known.values()].map(({ from, to }) => ({ from, to }));
}

function addDetections(delta: Building, before: LiveView, after: LiveView): void {
  const known = new Map(before.detections.map((detection) => [detection.id, detection]));
  const patches: LiveDetectionPatch[] = [];
  for (const detection of after.detections) {
    const old = known.get(detection.id);
    known.delete(detection.id);
    if (old === undefined) patches.push(detection);
    else if (!isSame(claimOf(old), claimOf(detection))) patches.push(claimOf(detection));
  }
  if (patches.length > 0) delta.detections = patches;
  if (known.size > 0) delta.detectionsGone = [...known.keys()];
  if (before.detectionsUntold !== after.detectionsUntold)
    delta.detectionsUntold = after.detectionsUntold;
}

function claimOf({ series: _series, ...claim }: LiveDetection): LiveDetectionPatch {
  return claim;
}

/** Entries are kept as the same objects, so the newest one known is where the news ends. */
function newEntries(
  before: readonly LiveLogEntry[],
  after: readonly LiveLogEntry[],
): readonly LiveLogEntry[] {
  const [newest] = before;
  const end = newest === undefined ? after.length : after.indexOf(newest);
  return end === -1 ? after : after.slice(0, end);
}

/** Where nobody retries there is nothing to move, and the columns are empty whatever second it is. */
function isSameRaster(before: LiveRaster, after: LiveRaster): boolean {
  return before.retries === 0 && after.retries === 0;
}

function isChanged(
  before: LiveConnections,
  after: LiveConnections,
  withHeardTimes: boolean,
): boolean {
  const { instances: _old, ...countsBefore } = before;
  const { instances: _new, ...countsAfter } = after;
  return withHeardTimes ? !isSame(before, after) : !isSame(countsBefore, countsAfter);
}

/** Plain JSON, whose keys are written in the same order each time: nothing is the same that differs here. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => isSame(valueAt(a, key), valueAt(b, key)));
}

function valueAt(record: object, key: string): unknown {
  return Reflect.get(record, key);
}
