import { setImmediate as nextTurn } from "node:timers/promises";
import type { Detection } from "@headway/core";
import { auditJson, isoOf } from "../api/wire.ts";
import type { Store } from "../store/store.ts";
import type { Tenant } from "../runtime/tenant.ts";
import { LOG_MAX } from "./decision-log.ts";
import { secondsOf } from "./dependency-look.ts";
import { nowOf } from "./live-dependency.ts";
import { detectionClaim, SERIES_SECONDS, seriesOf } from "./live-detection.ts";
import { byTrouble } from "./live-picture.ts";
import type { LiveDependency, LiveDetection, LivePart, LiveView } from "./live-view.ts";
import { RETRY_RASTER } from "./retry-raster.ts";
import { rounded } from "./rounded.ts";
import { spreadingOf } from "./spreading.ts";
import type { Spreading } from "./spreading.ts";
import { troubleOf } from "./trouble.ts";

export interface PastPictureOptions {
  readonly tenant: Tenant;
  readonly store: Store;
}

const DEPENDENCIES_MAX = 1_000;
/** Reading histories is the dearest thing that one request can ask for: others are answered in between. */
const DEPENDENCIES_A_TURN = 25;

/** `actions` and `overrides` are in the log, as sentences. */
const NOT_KEPT: readonly LivePart[] = [
  "graph",
  "raster",
  "actions",
  "overrides",
  "mode",
  "usual",
  "savings",
  "connections",
];

/**
 * What was kept of a moment: each dependency's second, the detections that fired, the log up to it. What is as it is today (mode, usual
 * latency) is not shown as if it had been so then. A state is what the detections of the time said, which is less than the
 * engine knew: `recovering` and `unknown` are not told apart from `healthy`.
 */
export class PastPicture {
  readonly #options: PastPictureOptions;

  constructor(options: PastPictureOptions) {
    this.#options = options;
  }

  async take(atMs: number, nowMs: number): Promise<LiveView> {
    const { tenant } = this.#options;
    const firing = tenant.engine
      .detections()
      .filter((detection) => firedAt(detection, atMs))
      .toSorted((a, b) => b.severity - a.severity);
    const dependencies = await this.#dependencies(firing, atMs);
    const told = dependencies.toSorted(byTrouble).slice(0, DEPENDENCIES_MAX);
    return {
      frame: 0,
      serverTime: isoOf(atMs),
      tenant: tenant.name,
      isLive: false,
      notKept: NOT_KEPT,
      mode: "",
      dependencies: told,
      dependenciesUntold: dependencies.length - told.length,
      graph: { edges: [] },
      raster: noRaster(atMs),
      detections: firing.map((detection) => this.#detection(detection, atMs)),
      detectionsUntold: 0,
      log: await this.#log(atMs),
      savings: { since: isoOf(nowMs), ...NO_SAVINGS },
      connections: NO_CONNECTIONS,
    };
  }

  async #dependencies(firing: readonly Detection[], atMs: number): Promise<LiveDependency[]> {
    const { engine } = this.#options.tenant;
    const spreading = spreadingOf(firing);
    const told: LiveDependency[] = [];
    for (const [index, id] of engine.dependencyIds().entries()) {
      if (index % DEPENDENCIES_A_TURN === DEPENDENCIES_A_TURN - 1) await nextTurn();
      const second = secondsOf(engine, id, { fromMs: atMs - 2_000, toMs: atMs }).at(-1);
      const own = firing.filter(({ dependency }) => dependency === id);
      if (second === undefined && own.length === 0) continue;
      const now = nowOf(second, second ?? { inFlight: 0, bound: null, waiting: 0 });
      told.push(pastDependency(id, now, own, spreading));
    }
    return told;
  }

  #detection(detection: Detection, atMs: number): LiveDetection {
    const { engine } = this.#options.tenant;
    const series = seriesOf(detection, {
      usualMs: null,
      nowMs: atMs,
      secondsOf: (id) =>
        secondsOf(engine, id, { fromMs: atMs - SERIES_SECONDS * 1_000, toMs: atMs }),
    });
    return { ...detectionClaim(detection), series };
  }

  async #log(atMs: number) {
    const rows = await auditBefore(this.#options, { atMs, limit: LOG_MAX });
    return rows.map(auditJson);
  }
}

export interface AuditSpan {
  readonly atMs: number;
  /** Older rows are not wanted. */
  readonly fromMs?: number;
  readonly dependency?: string;
  readonly limit: number;
}

const PAGE = 500;
/** So far back is looked in the log for a moment's entries; beyond, they are not found. */
const PAGES_MAX = 20;

/** Newest first. The store's rows are in the order in which they were written, which is that of time. */
export async function auditBefore(
  { store, tenant }: PastPictureOptions,
  { atMs, fromMs = Number.NEGATIVE_INFINITY, dependency, limit }: AuditSpan,
) {
  const found = [];
  let before: number | undefined;
  for (let page = 0; page < PAGES_MAX && found.length < limit; page += 1) {
    const rows = await store.audit({
      tenant: tenant.name,
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
      ...(dependency === undefined ? {} : { dependency }),
    });
    found.push(...rows.filter((row) => row.atMs <= atMs && row.atMs >= fromMs));
    const last = rows.at(-1);
    if (rows.length < PAGE || last === undefined || last.atMs < fromMs) break;
    before = last.sequence;
  }
  return found.slice(0, limit);
}

/** Severity and summary are the last that were measured, for that is what is kept of a detection. */
export function firedAt({ firedAtMs, resolvedAtMs }: Detection, atMs: number): boolean {
  return firedAtMs !== null && firedAtMs <= atMs && (resolvedAtMs ?? Infinity) > atMs;
}

const FAILING: ReadonlySet<string> = new Set(["failing"]);
const NO_TROUBLE: ReadonlySet<string> = new Set(["recovered", "loop", "fanout", "cascade"]);

function pastDependency(
  id: string,
  now: LiveDependency["now"],
  firing: readonly Detection[],
  spreading: Spreading,
): LiveDependency {
  const troubles = firing.filter(({ kind }) => !NO_TROUBLE.has(kind));
  const isFailing = firing.some(({ kind }) => FAILING.has(kind));
  const state = isFailing ? "failing" : troubles.length > 0 ? "degraded" : "healthy";
  const isRoot = spreading.roots.has(id);
  const severity = Math.max(0, ...firing.map((detection) => detection.severity));
  return {
    id,
    state,
    trouble: troubleOf({ state, isRoot, isActedOn: false, severity: rounded(severity) }),
    mode: "",
    now,
    usualMs: null,
    actions: [],
    override: null,
    detections: firing.map((detection) => detection.id),
    isRoot,
    rootCause: spreading.rootOf.get(id) ?? null,
  };
}

function noRaster(atMs: number): LiveView["raster"] {
  const { seconds } = RETRY_RASTER;
  const others = Array.from({ length: seconds }, () => 0);
  return { endsAt: isoOf(atMs), seconds, rows: [], others, agents: 0, retries: 0 };
}

const NO_SAVINGS = {
  callsHeld: 0,
  callsTurnedAway: 0,
  callsAdvised: 0,
  secondsWaited: 0,
  retriesHeldBackEstimate: 0,
};

const NO_CONNECTIONS: LiveView["connections"] = {
  stream: 0,
  poll: 0,
  reportsOnly: 0,
  stale: 0,
  instances: [],
  instancesUntold: 0,
};
