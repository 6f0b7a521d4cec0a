import type { Detection } from "../detect/detection.ts";
import type { Detector } from "../detect/detector.ts";
import type { Random } from "../random.ts";
import type { Outcome } from "../signals/outcome.ts";
import type { ControlParameters } from "./control-parameters.ts";
import type { Decision, Lease, Mode } from "./decision.ts";
import type { Policy } from "./policy.ts";

export interface EngineOptions {
  readonly tenant: string;
  readonly policy: Policy;
  readonly random: Random;
  /** Versions begin above it. A shell whose clients outlive it says its start, so that no version is said twice. */
  readonly versionFirst?: number;
  readonly limits?: Partial<EngineLimits>;
  /** Makes one dependency's detectors. Absent: all that the project has. */
  readonly detectors?: () => Detector[];
  /** What the controllers go by, where it is not their own numbers: to measure what those are worth. */
  readonly control?: Partial<ControlParameters>;
}

export interface EngineLimits {
  /** What is over it is counted in `EngineCounters.dependenciesRefused` and not watched. */
  readonly dependenciesMax: number;
  /** Agents of one dependency known by name in one window; the rest go to `otel.metric.overflow`. */
  readonly agentsPerDependencyMax: number;
  /** Resolved detections kept for `detections()`. */
  readonly resolvedDetectionsMax: number;
  /** How long a lease is good for. */
  readonly leaseMs: number;
  /** The longest life of an override (what is meant for longer belongs in the policy file) and of a hold (a ramp tries then). */
  readonly holdMsMax: number;
  /** How far back `signals(id)` goes. */
  readonly historyMs: number;
  /** Windows kept for `signals(id)` over all dependencies, 76 bytes each; over it the oldest go first. */
  readonly historyWindowsMax: number;
}

/** What changed in one tick: everything that a shell has to push, store or write down. */
export interface EngineChange {
  readonly version: number;
  /** New or changed. */
  readonly decisionsChanged: Decision[];
  readonly decisionsEnded: Decision[];
  /** By instance: its full new set. */
  readonly leasesChanged: ReadonlyMap<string, readonly Lease[]>;
  readonly detectionsChanged: Detection[];
  readonly audit: AuditEntry[];
}

/** A part of the engine's state that a store keeps. `value` is plain JSON; `undefined` means deleted. */
export interface EngineRecord {
  /** `dep:tool:x`, `override:tool:x`, `engine:version`. */
  readonly key: string;
  readonly value: unknown;
}

export interface AuditEntry {
  readonly atMs: number;
  /** `decision.issued`, `decision.ended`, `detection.fired`, `detection.resolved`, `override.set`, `override.cleared`, `policy.changed`. */
  readonly kind: string;
  readonly dependency: string | null;
  /** A token's name, or `headway`. */
  readonly by: string;
  readonly summary: string;
  readonly id: string | null;
}

export type DependencyState = "unknown" | "healthy" | "degraded" | "failing" | "recovering";

export interface LatencyView {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface DependencyView {
  readonly id: string;
  readonly tenant: string;
  readonly state: DependencyState;
  /** Over the last `windowMs`, except `totals`: since the engine started. */
  readonly signals: {
    readonly windowMs: number;
    readonly callsPerSecond: number;
    readonly attemptsPerSecond: number;
    readonly amplification: number;
    readonly errorShare: number;
    readonly throttledShare: number;
    readonly retryShare: number;
    readonly inFlight: number;
    readonly agents: number;
    /** 0 where nothing ended ok. */
    readonly latencyMs: LatencyView;
    readonly totals: {
      readonly calls: number;
      readonly attempts: number;
      readonly retries: number;
    };
  };
  /** Ids. */
  readonly decisions: string[];
  readonly detections: string[];
}

/** One second of one dependency, as kept for `signals(id)`. Seconds without traffic are left out. */
export interface WindowView {
  readonly endMs: number;
  readonly windowMs: number;
  readonly calls: number;
  readonly attempts: number;
  readonly retries: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly inFlight: number;
  readonly waiting: number;
  readonly agents: number;
  readonly instances: number;
  /** The fleet's allowance of attempts in flight; `null` while none is known. */
  readonly bound: number | null;
  readonly latencyMs: LatencyView | null;
}

/** What a dependency does now, read without merging or copying anything: cheap enough to be asked of all of them every second. */
export interface DependencyLook {
  readonly state: DependencyState;
  /** What the policy says of it. */
  readonly mode: Mode;
  /** The last second that is over; `undefined` before the first. Its `endMs` says how long ago that was. */
  readonly last: WindowView | undefined;
  /** Of attempts that ended ok while all was well: about the median; `null` while none is learned. */
  readonly usualLatencyMs: number | null;
  /** The fleet's allowance of attempts in flight; `null` while none is known. */
  readonly bound: number | null;
  readonly inFlight: number;
  readonly waiting: number;
  /** Index 0 is priority 1. */
  readonly waitingByPriority: readonly number[];
}

/** Windows that ended after `fromMs` and no later than `toMs`. */
export interface WindowSpan {
  readonly fromMs?: number;
  readonly toMs?: number;
}

export interface GraphNode {
  readonly id: string;
  readonly kind: string;
  readonly state: DependencyState;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly callsPerSecond: number;
  readonly amplification: number;
}

export interface GraphView {
  readonly nodes: GraphNode[];
  readonly edges: GraphEdge[];
}

/** What the engine had to leave out, since it started. */
export interface EngineCounters {
  readonly dependencies: number;
  readonly dependenciesRefused: number;
  readonly agentsOverflowed: number;
}
