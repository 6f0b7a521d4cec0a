import type {
  LiveDelta,
  LiveDependency,
  LiveDependencyPatch,
  LiveDetection,
  LiveEdge,
  LiveEdgeId,
  LiveNow,
  LiveSeries,
  LiveView,
} from "@headway/service/live";
import { LOG_LENGTH_MAX, RECENT_SECONDS_MAX } from "./world.ts";
import type { Recent, Row, World } from "./world.ts";

/** A whole view replaces what is known, except the seconds that this page has collected itself. */
export function worldOf(view: LiveView, known: World | null = null): World {
  const atMs = Date.parse(view.serverTime);
  const rows = view.dependencies.map((dependency) => {
    const collected = known?.rows.get(dependency.id)?.recent;
    return [dependency.id, rowOf(dependency, atMs, collected)] as const;
  });
  return {
    frame: view.frame,
    atMs,
    isLive: view.isLive,
    notKept: view.notKept,
    tenant: view.tenant,
    mode: view.mode,
    rows: new Map(rows),
    untoldCount: view.dependenciesUntold,
    edges: view.graph.edges,
    raster: view.raster,
    detections: view.detections.map(({ series, ...claim }) => ({
      ...claim,
      series: begun(series),
    })),
    detectionsUntoldCount: view.detectionsUntold,
    log: view.log,
    savings: view.savings,
    connections: view.connections,
  };
}

/** Null: a frame was missed, so what is known can't be brought up to date. */
export function applyDelta(world: World, delta: LiveDelta): World | null {
  if (delta.after !== world.frame) return null;
  const atMs = Date.parse(delta.serverTime);
  const rows = rowsAfter(world, delta, atMs);
  return {
    ...world,
    frame: delta.frame,
    atMs,
    mode: delta.mode ?? world.mode,
    rows,
    untoldCount: delta.dependenciesUntold ?? world.untoldCount,
    edges: edgesAfter(world.edges, delta),
    raster: delta.raster ?? world.raster,
    detections: detectionsAfter(world, delta, rows, atMs),
    detectionsUntoldCount: delta.detectionsUntold ?? world.detectionsUntoldCount,
    log:
      delta.log === undefined ? world.log : [...delta.log, ...world.log].slice(0, LOG_LENGTH_MAX),
    savings: delta.savings ?? world.savings,
    connections: delta.connections ?? world.connections,
  };
}

function rowsAfter(world: World, delta: LiveDelta, atMs: number): ReadonlyMap<string, Row> {
  const isNewSecond = secondOf(atMs) > secondOf(world.atMs);
  const { dependencies = [], dependenciesGone = [] } = delta;
  if (!isNewSecond && dependencies.length + dependenciesGone.length === 0) return world.rows;
  const rows = new Map(world.rows);
  for (const id of dependenciesGone) rows.delete(id);
  for (const patch of dependencies) {
    const known = rows.get(patch.id);
    if (known !== undefined) rows.set(patch.id, { ...known, ...patch, recent: known.recent });
    else if (isWhole(patch)) rows.set(patch.id, rowOf(patch, atMs));
  }
  if (isNewSecond)
    for (const [id, row] of rows)
      if (row.recent.endMs < atMs)
        rows.set(id, { ...row, recent: longer(row.recent, row.now, atMs) });
  return rows;
}

function rowOf(dependency: LiveDependency, atMs: number, collected?: Recent): Row {
  const { recent, ...facts } = dependency;
  if (recent !== undefined) {
    const { endsAt, p50Ms, p95Ms, inFlight } = recent;
    return {
      ...facts,
      recent: {
        endMs: Date.parse(endsAt),
        p50Ms: overOnly(p50Ms),
        p95Ms: overOnly(p95Ms),
        inFlight: overOnly(inFlight),
      },
    };
  }
  const none = { endMs: atMs, p50Ms: [], p95Ms: [], inFlight: [] };
  // Seconds that were missed between two connections would be drawn as if they had not been.
  const isFresh = collected !== undefined && atMs - collected.endMs < 2_000;
  return { ...facts, recent: isFresh ? collected : longer(none, facts.now, atMs) };
}

function longer(recent: Recent, now: LiveNow, atMs: number): Recent {
  return {
    endMs: atMs,
    p50Ms: pushed(recent.p50Ms, now.p50Ms),
    p95Ms: pushed(recent.p95Ms, now.p95Ms),
    inFlight: pushed(recent.inFlight, now.inFlight),
  };
}

/** The second that is not over yet comes as an empty one; drawn, it would be a gap for ever. */
function overOnly(values: readonly (number | null)[]): readonly (number | null)[] {
  return values.at(-1) === null ? values.slice(0, -1) : values;
}

function begun(series: LiveSeries): LiveSeries {
  return { ...series, values: overOnly(series.values) };
}

function pushed(values: readonly (number | null)[], value: number | null) {
  const kept = values.length >= RECENT_SECONDS_MAX ? values.slice(1 - RECENT_SECONDS_MAX) : values;
  return [...kept, value];
}

function edgesAfter(edges: readonly LiveEdge[], { edges: changed, edgesGone }: LiveDelta) {
  if (changed === undefined && edgesGone === undefined) return edges;
  const byKey = new Map(edges.map((edge) => [keyOf(edge), edge]));
  for (const edge of edgesGone ?? []) byKey.delete(keyOf(edge));
  for (const edge of changed ?? []) byKey.set(keyOf(edge), edge);
  return [...byKey.values()];
}

function detectionsAfter(
  world: World,
  { detections = [], detectionsGone = [] }: LiveDelta,
  rows: ReadonlyMap<string, Row>,
  atMs: number,
): readonly LiveDetection[] {
  const byId = new Map(world.detections.map((detection) => [detection.id, detection]));
  for (const id of detectionsGone) byId.delete(id);
  for (const patch of detections) {
    const series = byId.get(patch.id)?.series ?? (patch.series && begun(patch.series));
    if (series !== undefined) byId.set(patch.id, { ...patch, series });
  }
  const isNewSecond = secondOf(atMs) > secondOf(world.atMs);
  const grown = [...byId.values()].map((detection) => {
    const now = rows.get(detection.dependency)?.now;
    if (!isNewSecond || now === undefined || Date.parse(detection.series.endsAt) >= atMs)
      return detection;
    const { series } = detection;
    const values = pushed(series.values, now[series.metric]);
    return { ...detection, series: { ...series, values, endsAt: new Date(atMs).toISOString() } };
  });
  return grown.toSorted((a, b) => b.severity - a.severity);
}

function isWhole(patch: LiveDependencyPatch): patch is LiveDependency {
  return patch.now !== undefined && patch.state !== undefined && patch.actions !== undefined;
}

function keyOf({ from, to }: LiveEdgeId): string {
  return `${from}\n${to}`;
}

function secondOf(ms: number): number {
  return Math.floor(ms / 1_000);
}
