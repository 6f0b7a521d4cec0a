import type {
  LiveConnections,
  LiveDependency,
  LiveDetection,
  LiveEdge,
  LiveLogEntry,
  LiveMode,
  LivePart,
  LiveRaster,
  LiveSavings,
} from "@headway/service/live";

/** What the page shows, of one instant: the live one, or one in the past. Replaced with every frame, never changed in place. */
export interface World {
  readonly frame: number;
  /** The service's clock. */
  readonly atMs: number;
  readonly isLive: boolean;
  readonly notKept: readonly LivePart[];
  readonly tenant: string;
  readonly mode: LiveMode;
  readonly rows: ReadonlyMap<string, Row>;
  /** Dependencies that the service leaves out. */
  readonly untoldCount: number;
  readonly edges: readonly LiveEdge[];
  readonly raster: LiveRaster;
  /** Firing, the most severe first. */
  readonly detections: readonly LiveDetection[];
  readonly detectionsUntoldCount: number;
  /** Newest first. */
  readonly log: readonly LiveLogEntry[];
  readonly savings: LiveSavings;
  readonly connections: LiveConnections;
}

export interface Row extends Omit<LiveDependency, "recent"> {
  readonly recent: Recent;
}

/** Second by second, oldest first, up to the world's instant. */
export interface Recent {
  readonly endMs: number;
  readonly p50Ms: readonly (number | null)[];
  readonly p95Ms: readonly (number | null)[];
  readonly inFlight: readonly (number | null)[];
}

/** What is drawn beside a row. */
export const RECENT_SECONDS_MAX = 120;

/** What is kept of the decision log on the page. */
export const LOG_LENGTH_MAX = 200;

export function isTroubled({ state, detections }: Row): boolean {
  return state === "failing" || state === "degraded" || detections.length > 0;
}
