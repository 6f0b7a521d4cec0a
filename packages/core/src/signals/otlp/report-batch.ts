import { type SignalName, type SignalPoint, type SignalReport, SIGNALS } from "../report.ts";
import type { AttributeValues } from "./attribute-values.ts";
import { ByteKeys } from "./byte-keys.ts";
import { INSTANCE_KEY, TEMPORALITY_DELTA } from "./metric-fields.ts";
import type { PointDraft } from "./point-draft.ts";

/** One request holds no more: a full process sends some 30,000. */
const POINTS_MAX = 131_072;

export const SIGNAL_NAMES = new ByteKeys<SignalName>(Object.keys(SIGNALS).filter(isSignalName));
export const METRIC_RESOURCE_ATTRIBUTES = new ByteKeys([INSTANCE_KEY]);

interface TimedPoint {
  readonly windowMs: number;
  readonly endMs: number;
  /** Absent in a point that only says when. */
  readonly point: SignalPoint | undefined;
}

/** The data points of one metric: judged one by one as they come, and all together when its temporality is known. */
export class Series {
  readonly points: TimedPoint[] = [];
  readonly signal: SignalName;
  readonly #batch: ReportBatch;

  constructor(signal: SignalName, batch: ReportBatch) {
    this.signal = signal;
    this.#batch = batch;
  }

  add(draft: PointDraft): void {
    const windowMs = draft.windowMs();
    if (windowMs === undefined)
      return this.#batch.reject("a point must have a start and an end, at most an hour apart");
    const point = draft.hasNoValue ? undefined : draft.toPoint(this.signal);
    if (typeof point === "string") return this.#batch.reject(point);
    if (!this.#batch.hasRoom(this.points.length))
      return this.#batch.reject(`a request must hold at most ${POINTS_MAX} points`);
    this.points.push({ windowMs, endMs: draft.time.toMs(), point });
  }
}

/** The reports of one body, as they come out of either format. */
export class ReportBatch {
  readonly reports: SignalReport[] = [];
  rejected = 0;
  ignored = 0;
  message = "";
  #pointCount = 0;

  hasRoom(more: number): boolean {
    return this.#pointCount + more < POINTS_MAX;
  }

  reject(reason: string, count = 1): void {
    if (count > 0 && this.rejected === 0) this.message = reason;
    this.rejected += count;
  }

  /** The points of a series, or none of them, by its temporality. */
  settle({ signal, points }: Series, temporality: number): readonly TimedPoint[] {
    if (SIGNALS[signal].type !== "gauge" && temporality !== TEMPORALITY_DELTA) {
      this.reject(`${signal} must have delta temporality`, points.length);
      return [];
    }
    this.#pointCount += points.length;
    return points;
  }

  /** One report for each window: a Collector may have put several of one process together. */
  addResource(resource: AttributeValues, points: readonly TimedPoint[]): void {
    const instance = resource[INSTANCE_KEY];
    if (typeof instance !== "string" || instance === "") {
      this.reject(`a resource must have ${INSTANCE_KEY}`, points.length);
      return;
    }
    const windows = new Map<number, { windowMs: number; points: SignalPoint[] }>();
    for (const { windowMs, endMs, point } of points) {
      const window = windows.get(endMs) ?? { windowMs, points: [] };
      windows.set(endMs, window);
      if (point !== undefined) window.points.push(point);
    }
    for (const [, window] of [...windows].toSorted(([a], [b]) => a - b))
      this.reports.push({ instance, ...window });
  }
}

export type { TimedPoint };

function isSignalName(name: string): name is SignalName {
  return Object.hasOwn(SIGNALS, name);
}
