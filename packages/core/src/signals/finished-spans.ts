import { HeadwayError } from "../headway-error.ts";
import { readString } from "./attribute-reader.ts";
import { RecencyMap } from "./recency-map.ts";
import type { SignalRecorder } from "./recorder.ts";
import { replayOrder, type TimedSpan } from "./replay-order.ts";
import type { FinishedSpanView } from "./span-view.ts";

export interface FinishedSpansLimits {
  /** Spans held at once; with more, the oldest traces are replayed before their time. */
  readonly spans: number;
  /** Spans of one trace held at once. */
  readonly spansPerTrace: number;
  /** A trace that keeps growing is replayed after this long with what there is of it. */
  readonly holdMs: number;
}

const LIMITS: FinishedSpansLimits = { spans: 100_000, spansPerTrace: 20_000, holdMs: 30_000 };

export interface FinishedSpansOptions {
  readonly recorder: SignalRecorder;
  /** A trace is replayed when nothing was added to it for this long. */
  readonly settleMs: number;
  readonly limits?: Partial<FinishedSpansLimits>;
  /** Told the time of each start and end before it is replayed: whoever wants a report of each second takes it here. */
  readonly onTime?: (atMs: number) => void;
}

interface PendingTrace {
  readonly spans: TimedSpan[];
  readonly firstMs: number;
  lastMs: number;
}

/**
 * Takes spans that ended elsewhere, in any order, and plays them to the recorder as starts and ends in time order, once
 * their trace has settled: exporters send children before parents, and one trace in several batches.
 *
 * A sender's clock is not ours. Each sender's times are moved by the least (arrival − end) among the spans replayed
 * together: the span that was sent the soonest says best how far the clocks are apart.
 */
export class FinishedSpans {
  readonly #recorder: SignalRecorder;
  readonly #settleMs: number;
  readonly #limits: FinishedSpansLimits;
  readonly #onTime: ((atMs: number) => void) | undefined;
  readonly #traces = new RecencyMap<PendingTrace>();
  #count = 0;

  constructor({ recorder, settleMs, limits, onTime }: FinishedSpansOptions) {
    if (!(settleMs >= 0))
      throw new HeadwayError("ERR_CONFIG_RANGE", `settleMs must be at least 0, got ${settleMs}`);
    this.#recorder = recorder;
    this.#settleMs = settleMs;
    this.#onTime = onTime;
    this.#limits = { ...LIMITS, ...limits };
    recorder.makeRoom(this.#limits.spans);
  }

  get size(): number {
    return this.#count;
  }

  add(span: FinishedSpanView, nowMs: number): void {
    this.#recorder.heard(nowMs);
    let trace = this.#traces.get(span.traceId);
    if (trace === undefined) {
      trace = { spans: [], firstMs: nowMs, lastMs: nowMs };
      this.#traces.add(span.traceId, trace);
    }
    if (
      trace.spans.length >= this.#limits.spansPerTrace ||
      !Number.isFinite(span.startMs) ||
      !(span.durationMs >= 0)
    ) {
      this.#recorder.spanDropped(
        trace.spans.length >= this.#limits.spansPerTrace ? "trace_size" : "time",
      );
      return;
    }
    trace.spans.push({ span, arrivedMs: nowMs, sender: senderOf(span) });
    trace.lastMs = nowMs;
    this.#count += 1;
    if (this.#count > this.#limits.spans) this.#replayOldest();
  }

  /** Replays what has settled. */
  settle(nowMs: number): void {
    const ripe: TimedSpan[] = [];
    for (const [traceId, trace] of this.#traces) {
      const isRipe =
        nowMs - trace.lastMs >= this.#settleMs || nowMs - trace.firstMs >= this.#limits.holdMs;
      if (!isRipe) continue;
      this.#traces.delete(traceId);
      this.#count -= trace.spans.length;
      for (const span of trace.spans) ripe.push(span);
    }
    this.#replay(ripe);
  }

  #replayOldest(): void {
    const oldest = this.#traces.takeOldest();
    if (oldest === undefined) return;
    this.#count -= oldest.spans.length;
    this.#replay(oldest.spans);
  }

  #replay(spans: readonly TimedSpan[]): void {
    const onTime = this.#onTime;
    for (const { span, atMs, isStart } of replayOrder(spans)) {
      onTime?.(atMs);
      if (isStart) this.#recorder.spanStarted(span, atMs);
      else this.#recorder.spanEnded(span, atMs);
    }
  }
}

function senderOf({ resource }: FinishedSpanView): string {
  return readString(resource, "service.instance.id") ?? readString(resource, "service.name") ?? "";
}
