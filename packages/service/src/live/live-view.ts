/**
 * What `GET /v1/live` says of one tenant, for the page that people look at. Types only, importing nothing, so that a page in a
 * browser takes them with `import type … from "@headway/service/live"`.
 *
 * L1 Instants are RFC 3339 on the service's clock: compare them with `serverTime` and with nothing else. Shares are 0 to 1.
 * L2 Enums are open: a word that a reader does not know is shown as it stands, and acts as none.
 * L3 `null` means "not known", never zero.
 * L4 Only names and numbers are here: nothing of what agents say.
 *
 * The stream: one `snapshot` (a LiveView), then a `delta` (a LiveDelta) every second and at once when a decision, an override or a
 * detection changes. A second in which nothing changed is told too, as a delta of two fields, so silence means trouble. The id of an
 * event is its `frame`; a delta follows the frame `after`. A reader that holds another frame than `after` missed something: it
 * connects again and gets a snapshot. A reader too slow for deltas is sent a new `snapshot` on the same stream.
 */

/** unknown, healthy, degraded, failing, recovering. */
export type LiveState = string;
/** proceed, shape, defer, hold, shed. */
export type LiveActionName = string;
/** observe, advise, enforce. */
export type LiveMode = string;

export interface LiveView {
  readonly frame: number;
  readonly serverTime: string;
  readonly tenant: string;
  /** `false` only in an answer to `?at=`: it is put together from what was kept, and `notKept` names what is missing. */
  readonly isLive: boolean;
  readonly notKept: readonly LivePart[];
  /** What the policy says of dependencies that it has no rule for. */
  readonly mode: LiveMode;
  /** Every one that is told, in no order: sort by `trouble`, then by `now.callsPerSecond`, then by id. */
  readonly dependencies: readonly LiveDependency[];
  /** How many there are beyond those told: the least troubled and least used are left out first. */
  readonly dependenciesUntold: number;
  readonly graph: LiveGraph;
  readonly raster: LiveRaster;
  /** Firing, the most severe first. */
  readonly detections: readonly LiveDetection[];
  /** Firing beyond those told. */
  readonly detectionsUntold: number;
  /** The decision log, newest first, as `GET /v1/audit` gives it. */
  readonly log: readonly LiveLogEntry[];
  readonly savings: LiveSavings;
  readonly connections: LiveConnections;
}

/** Parts of a view that are not kept, and so cannot be shown of a time that is past. */
export type LivePart =
  | "graph"
  | "raster"
  | "actions"
  | "overrides"
  | "mode"
  | "usual"
  | "savings"
  | "connections"
  | "dependencies"
  | "detections"
  | "log";

/** An absent field has not changed. Lists by id carry what is new or changed, whole unless said otherwise. */
export interface LiveDelta {
  readonly frame: number;
  /** The frame that this one follows. */
  readonly after: number;
  readonly serverTime: string;
  readonly mode?: LiveMode;
  /** Of a dependency that is known: its changed fields. Of a new one: all. Merge with `{ ...known, ...patch }`. */
  readonly dependencies?: readonly LiveDependencyPatch[];
  /** Ids. */
  readonly dependenciesGone?: readonly string[];
  readonly dependenciesUntold?: number;
  /** Changed and new edges; `(from, to)` is an edge's id. */
  readonly edges?: readonly LiveEdge[];
  readonly edgesGone?: readonly LiveEdgeId[];
  /** Whole. */
  readonly raster?: LiveRaster;
  /** New, or changed in severity, summary or evidence. Of a known one `series` is not sent again: append to it (see LiveSeries). */
  readonly detections?: readonly LiveDetectionPatch[];
  /** Ids of those that fire no longer. */
  readonly detectionsGone?: readonly string[];
  readonly detectionsUntold?: number;
  /** New entries, newest first: put them on top. */
  readonly log?: readonly LiveLogEntry[];
  /** Whole. */
  readonly savings?: LiveSavings;
  /** Whole. */
  readonly connections?: LiveConnections;
}

export type LiveDependencyPatch = Partial<LiveDependency> & Pick<LiveDependency, "id">;

export type LiveDetectionPatch = Omit<LiveDetection, "series"> & Partial<LiveDetection>;

export interface LiveDependency {
  /** `kind:name`. */
  readonly id: string;
  readonly state: LiveState;
  /** Rank: 0 is well; the larger, the further up. The integer part is the class (see TROUBLE in docs/http-api.md), the rest severity. */
  readonly trouble: number;
  /** What the policy says of it. */
  readonly mode: LiveMode;
  readonly now: LiveNow;
  /** The latency that the engine has learned as usual, ms: about the median. `null` while it has learned none. */
  readonly usualMs: number | null;
  /** In force, the strictest first. Empty: nothing is done. An override stands here too, with `reason.code` "override". */
  readonly actions: readonly LiveAction[];
  readonly override: LiveOverride | null;
  /** Ids of the detections that fire for it. */
  readonly detections: readonly string[];
  /** Trouble spreads from here. */
  readonly isRoot: boolean;
  /** The root cause whose trouble has reached it. */
  readonly rootCause: string | null;
  /** The last minute, to draw from at once. Only in a snapshot, and only for the most troubled; afterwards collect `now`. */
  readonly recent?: LiveRecent;
}

/** The last second that is over, unless said otherwise. All zero while nothing happens. */
export interface LiveNow {
  readonly callsPerSecond: number;
  readonly attemptsPerSecond: number;
  /** Share of attempts that ended in an error or a time-out. */
  readonly errorShare: number;
  readonly throttledShare: number;
  readonly retryShare: number;
  /** Of the attempts that ended ok; `null` where none did. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  /** Attempts open now. */
  readonly inFlight: number;
  /** What the fleet may have in flight; `null` while nothing is bounded. */
  readonly bound: number | null;
  /** Calls that hooks hold now. */
  readonly waiting: number;
  /** Agents seen. */
  readonly agents: number;
}

/** Oldest first, a value a second; the last one ended at `endsAt`. `null`: nothing happened, or nothing ended ok. */
export interface LiveRecent {
  readonly endsAt: string;
  readonly p50Ms: readonly (number | null)[];
  readonly p95Ms: readonly (number | null)[];
  readonly inFlight: readonly (number | null)[];
}

export interface LivePriorityRange {
  readonly from: number;
  readonly to: number;
}

export interface LiveShape {
  readonly concurrency?: number;
  readonly ratePerSecond?: number;
  readonly fanOut?: number;
  readonly retries?: number;
}

export interface LiveAction {
  /** The decision's id. */
  readonly id: string;
  readonly action: LiveActionName;
  /** `enforce`: hooks obey. Otherwise it is what they would be asked. */
  readonly mode: LiveMode;
  readonly priority: LivePriorityRange;
  /** Absent: every agent. */
  readonly agent?: string;
  readonly shape?: LiveShape;
  /** Nobody goes before. */
  readonly notBefore?: string;
  readonly reason: { readonly code: string; readonly summary: string };
  readonly since: string;
  /** It ends then unless it is renewed, which a standing one is. */
  readonly until: string;
}

export interface LiveOverride {
  /** hold, proceed, limit. */
  readonly action: string;
  readonly shape?: LiveShape;
  readonly priority: LivePriorityRange;
  readonly until: string;
  readonly why: string;
  /** The name of the token that set it. */
  readonly by: string;
}

/**
 * Who calls what. Its nodes are the dependencies, and one node "agents" that stands for all agents; a node's state, root and cause are
 * the dependency's own. An `id` in an edge may be of a dependency that is not told.
 */
export interface LiveGraph {
  readonly edges: readonly LiveEdge[];
}

export interface LiveEdgeId {
  /** A dependency's id, or `agents`. */
  readonly from: string;
  readonly to: string;
}

export interface LiveEdge extends LiveEdgeId {
  readonly callsPerSecond: number;
  /** Attempts per call. */
  readonly amplification: number;
  /** From `agents`: how many of them call it. */
  readonly agents?: number;
  /** Trouble spreads along it, from `to` up to `from`. */
  readonly isSpreading: boolean;
}

/** Retries, agents × seconds. Those who retried most in the span are named; all others stand in `others`. */
export interface LiveRaster {
  /** The end of the last second. */
  readonly endsAt: string;
  /** Columns; the oldest first. */
  readonly seconds: number;
  /** In the order in which they came into the raster, so that rows do not jump. */
  readonly rows: readonly LiveRasterRow[];
  /** Retries a second of all agents without a row. */
  readonly others: readonly number[];
  /** Agents that retried in the span, rows included. */
  readonly agents: number;
  /** Retries in the span, of all. */
  readonly retries: number;
}

export interface LiveRasterRow {
  readonly agent: string;
  /** What it retried most. */
  readonly dependency: string;
  /** One a second, `seconds` of them. */
  readonly retries: readonly number[];
}

/** As `GET /v1/detections` gives it, with what to draw. */
export interface LiveDetection {
  readonly id: string;
  /** degraded, failing, throttled, retry_storm, fanout, saturation, cascade, loop, recovered. */
  readonly kind: string;
  readonly dependency: string;
  readonly agent?: string;
  readonly workflow?: string;
  readonly startedAt: string;
  readonly firedAt: string | null;
  /** 0 to 1: how bad, not how sure. */
  readonly severity: number;
  readonly summary: string;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly series: LiveSeries;
}

/**
 * What the detection is about, over the last minute: a value a second, oldest first. `metric` is a key of LiveNow, so a reader goes on
 * with `now[metric]` of the detection's dependency as seconds come.
 */
export interface LiveSeries {
  readonly metric: keyof LiveNow;
  /** ms, share, attempts, 1/s. */
  readonly unit: string;
  readonly endsAt: string;
  readonly values: readonly (number | null)[];
  /** Where it usually is: a line to draw. */
  readonly usual: number | null;
}

export interface LiveLogEntry {
  readonly at: string;
  /** decision.issued, decision.ended, detection.fired, detection.resolved, override.set, override.cleared, policy.changed. */
  readonly kind: string;
  readonly dependency: string | null;
  /** A token's name, or `headway`. */
  readonly by: string;
  readonly summary: string;
  /** Of the decision or detection. */
  readonly id: string | null;
}

/** Since `since`, over all dependencies. Counted from what hooks report, unless called an estimate. */
export interface LiveSavings {
  readonly since: string;
  /** Counted: calls that a hook made wait or turned away. */
  readonly callsHeld: number;
  /** Counted, part of the above: calls that were told "not now". Each is at least one attempt that was not sent. */
  readonly callsTurnedAway: number;
  /** Counted: calls that would have been held, had the mode been `enforce`. */
  readonly callsAdvised: number;
  /** Counted: seconds that agents waited in hooks for calls that then went. What the savings cost. */
  readonly secondsWaited: number;
  /**
   * An estimate: `callsHeld × (amplification − 1)`, with the dependency's attempts per call in the ten seconds before the action came
   * into force. It takes held calls to be like those that failed just before, which nobody can check.
   */
  readonly retriesHeldBackEstimate: number;
}

/** Processes that take decisions or send reports. */
export interface LiveConnections {
  readonly stream: number;
  readonly poll: number;
  /** Heard from by reports only: no hook, or one that is not connected. */
  readonly reportsOnly: number;
  readonly stale: number;
  /** The stale first, then those heard from longest ago. */
  readonly instances: readonly LiveInstance[];
  readonly instancesUntold: number;
}

export interface LiveInstance {
  /** `service.instance.id`, or `otlp`: all processes that send spans and have no hook. */
  readonly id: string;
  readonly via: "stream" | "poll" | "reports";
  /** Its last report; `null` where none came yet. */
  readonly heardAt: string | null;
  /** Not heard from for three of its windows: what it had in flight counts no more. */
  readonly isStale: boolean;
}

/** `GET /v1/history?dependency=&from=&to=`: what was kept of one dependency. */
export interface LiveHistory {
  readonly serverTime: string;
  readonly dependency: string;
  readonly from: string;
  readonly to: string;
  /** How far back seconds are kept: nothing older is in `seconds`, whatever `from` says. */
  readonly keptFrom: string;
  /** As `GET /v1/signals` gives them, oldest first; seconds without traffic are left out. */
  readonly seconds: readonly LiveSecond[];
  /** Firing at some time in the span, oldest first; the last thousand resolved are kept. */
  readonly detections: readonly Omit<LiveDetection, "series">[];
  /** Newest first; the newest 200 of the span. */
  readonly log: readonly LiveLogEntry[];
  readonly usualMs: number | null;
}

export interface LiveSecond extends LiveNow {
  readonly endsAt: string;
}

/** `GET /v1/overrides/{dependency}/preview`: what an override would affect, as things stand. */
export interface OverridePreview {
  readonly serverTime: string;
  readonly dependency: string;
  /** Over the last ten seconds, and over all priorities: processes do not tell calls by priority. */
  readonly callsPerSecond: number;
  readonly agents: number;
  /** Processes that the decision reaches: those with a stream or a long-poll. Others ask, or are not reached. */
  readonly instances: number;
  readonly inFlight: number;
  /** Calls that wait now, by priority, 1 first; `isInScope` says which of them the override is about. */
  readonly waiting: readonly {
    readonly priority: number;
    readonly calls: number;
    readonly isInScope: boolean;
  }[];
  /** What is in force now and would be outranked. */
  readonly replaces: readonly LiveAction[];
  readonly override: LiveOverride | null;
  /** Sentences that say it in words, the most important first. */
  readonly sentences: readonly string[];
}
