import type { Decision, Detection } from "@headway/core";
import { isoOf } from "../api/wire.ts";
import type { Tenant, TenantEngine } from "../runtime/tenant.ts";
import { lookAt, secondsOf } from "./dependency-look.ts";
import { liveDependency } from "./live-dependency.ts";
import { detectionClaim, recentOf, SERIES_SECONDS, seriesOf } from "./live-detection.ts";
import { joinAgents, markSpreading } from "./live-edges.ts";
import type { LiveRecords } from "./live-records.ts";
import type { LiveDependency, LiveDetection, LiveEdge, LiveSeries, LiveView } from "./live-view.ts";
import type { Spreading } from "./spreading.ts";
import { spreadingOf } from "./spreading.ts";

export interface LivePictureOptions {
  readonly tenant: Tenant;
  readonly records: LiveRecords;
  /** Instances with a stream of decisions. */
  readonly streaming: () => ReadonlySet<string>;
}

/** One screen shows tens, and a list of a thousand is not read. */
const DEPENDENCIES_MAX = 1_000;
const DETECTIONS_MAX = 100;
/** Dependencies whose last minute goes with a snapshot: about what fits on a first screen. */
const RECENT_MAX = 40;
/** Rates of edges are averages of ten seconds; walking all edges of 5,000 agents is the dearest part of a picture. */
const EDGES_EVERY_MS = 5_000;

/**
 * What one tenant looks like now. Taken at a tick and only where somebody looks; what it is made of is read from the engine, which is
 * not changed by it.
 */
export class LivePicture {
  readonly #options: LivePictureOptions;
  #edges: ReturnType<typeof joinAgents> = [];
  #edgesAtMs = Number.NEGATIVE_INFINITY;
  /** By id of a detection that fires: its series is read once, when it is first shown. */
  #series = new Map<string, LiveSeries>();

  constructor(options: LivePictureOptions) {
    this.#options = options;
  }

  /** Without `recent`, which only `withRecent` adds. */
  take(nowMs: number, frame: number): LiveView {
    const { tenant, records } = this.#options;
    const { engine } = tenant;
    const firing = engine
      .detections()
      .filter(({ state }) => state === "firing")
      .toSorted((a, b) => b.severity - a.severity);
    const spreading = spreadingOf(firing);
    const { told: dependencies, untold } = this.#dependencies(firing, spreading, nowMs);
    const detections = firing.slice(0, DETECTIONS_MAX);
    return {
      frame,
      serverTime: isoOf(nowMs),
      tenant: tenant.name,
      isLive: true,
      notKept: [],
      mode: engine.policy.defaults.mode,
      dependencies,
      dependenciesUntold: untold,
      graph: { edges: this.#markedEdges(spreading, nowMs) },
      raster: records.raster.view(nowMs),
      detections: this.#withSeries(detections, dependencies, nowMs),
      detectionsUntold: firing.length - detections.length,
      log: records.log.entries,
      savings: records.savings.view(),
      connections: records.heard.view(
        { streaming: this.#options.streaming(), connected: tenant.instances.ids() },
        nowMs,
      ),
    };
  }

  /** With the last minute of the most troubled and most used, and each detection's series as of now: for whoever has just come. */
  withRecent(view: LiveView, nowMs: number): LiveView {
    const { engine } = this.#options.tenant;
    const first = new Set(
      view.dependencies
        .toSorted(byTrouble)
        .slice(0, RECENT_MAX)
        .map(({ id }) => id),
    );
    const dependencies = view.dependencies.map((dependency) =>
      first.has(dependency.id)
        ? { ...dependency, recent: recentOf(lastMinute(engine, dependency.id, nowMs), nowMs) }
        : dependency,
    );
    const firing = new Map(engine.detections().map((detection) => [detection.id, detection]));
    const detections = view.detections.map((detection) => {
      const kept = firing.get(detection.id);
      return kept === undefined
        ? detection
        : { ...detection, series: this.#readSeries(kept, detection.series.usual, nowMs) };
    });
    return { ...view, dependencies, detections };
  }

  #dependencies(
    firing: readonly Detection[],
    spreading: Spreading,
    nowMs: number,
  ): { readonly told: readonly LiveDependency[]; readonly untold: number } {
    const { engine } = this.#options.tenant;
    const decisions = byDependency(engine.decisions(), ({ scope }: Decision) => scope.dependency);
    const detections = byDependency(firing, ({ dependency }) => dependency);
    const overrides = new Map(engine.overrides().map((entry) => [entry.dependency, entry]));
    const all: LiveDependency[] = [];
    for (const id of engine.dependencyIds()) {
      const look = lookAt(engine, id, nowMs);
      if (look === undefined) continue;
      const facts = {
        look,
        decisions: decisions.get(id) ?? [],
        override: overrides.get(id),
        detections: detections.get(id) ?? [],
        spreading,
      };
      all.push(liveDependency(id, facts));
    }
    if (all.length <= DEPENDENCIES_MAX) return { told: all, untold: 0 };
    const told = all.toSorted(byTrouble).slice(0, DEPENDENCIES_MAX);
    return { told, untold: all.length - told.length };
  }

  #markedEdges(spreading: Spreading, nowMs: number): LiveEdge[] {
    const { engine } = this.#options.tenant;
    if (nowMs - this.#edgesAtMs >= EDGES_EVERY_MS) {
      const known = new Set(engine.dependencyIds());
      this.#edges = joinAgents(engine.edges(), (id) => known.has(id));
      this.#edgesAtMs = nowMs;
    }
    return markSpreading(this.#edges, spreading.edges);
  }

  #withSeries(
    firing: readonly Detection[],
    dependencies: readonly LiveDependency[],
    nowMs: number,
  ): LiveDetection[] {
    const usual = new Map(dependencies.map(({ id, usualMs }) => [id, usualMs]));
    const known = this.#series;
    this.#series = new Map();
    return firing.map((detection) => {
      const series =
        known.get(detection.id) ??
        this.#readSeries(detection, usual.get(detection.dependency) ?? null, nowMs);
      this.#series.set(detection.id, series);
      return { ...detectionClaim(detection), series };
    });
  }

  #readSeries(detection: Detection, usualMs: number | null, nowMs: number): LiveSeries {
    const { engine } = this.#options.tenant;
    return seriesOf(detection, {
      usualMs,
      nowMs,
      secondsOf: (id) => lastMinute(engine, id, nowMs),
    });
  }
}

export function byTrouble(a: LiveDependency, b: LiveDependency): number {
  return (
    b.trouble - a.trouble || b.now.callsPerSecond - a.now.callsPerSecond || (a.id < b.id ? -1 : 1)
  );
}

function lastMinute(engine: TenantEngine, id: string, nowMs: number) {
  return secondsOf(engine, id, { fromMs: nowMs - SERIES_SECONDS * 1_000, toMs: nowMs });
}

function byDependency<Item>(
  items: readonly Item[],
  dependencyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const grouped = new Map<string, Item[]>();
  for (const item of items) {
    const id = dependencyOf(item);
    const known = grouped.get(id);
    if (known === undefined) grouped.set(id, [item]);
    else known.push(item);
  }
  return grouped;
}
