import { systemClock, type Cancel } from "../clock.ts";
import { type HasSignalSource, SIGNAL_SOURCE, type SignalSource } from "../signal-source.ts";
import { LiveSpan } from "./live-span.ts";
import type { OtelReadableSpan, OtelSpanProcessor } from "./otel-types.ts";
import { type ReportingOptions, reportingSource } from "./reporting-source.ts";

const FLUSH_MS_MAX = 2_000;

/**
 * Turns the spans of this process into signals. One class for OpenTelemetry JS 1.30, 2.x and 3.x.
 *
 * P1  It never throws: SDKs call it inside `startSpan` and `end` without a guard, so an error here is the application's.
 * P2  It never waits: a callback only records. Flushing is bounded and never rejects, else the SDK's own shutdown would.
 * P3  It takes every span, ended without a start too, and keeps none: what never ends ages out in the recorder.
 * P4  It reads allow-listed keys only. What cannot be read is counted: `headway.span.dropped`.
 *
 * Give it with the processor that exports your spans: `spanProcessors` replaces the SDK's default exporter
 * (`headwaySpanProcessors` does that). A sampler that drops spans hides them from every processor (`alwaysRecordSampler`).
 */
export class HeadwaySpanProcessor implements OtelSpanProcessor, HasSignalSource {
  /** @internal For `recordToMeter`. */
  readonly [SIGNAL_SOURCE]: SignalSource;
  #isShutDown = false;
  #dropped = 0;

  /** With the hook: one picture of spans and calls. With a `url`: signals only. */
  constructor(headway: HasSignalSource | ReportingOptions) {
    this[SIGNAL_SOURCE] =
      SIGNAL_SOURCE in headway ? headway[SIGNAL_SOURCE] : reportingSource(headway);
  }

  /** Spans that could not be read. */
  get dropped(): number {
    return this.#dropped;
  }

  onStart(span: OtelReadableSpan, _parentContext?: unknown): void {
    if (this.#isShutDown) return;
    try {
      const source = this[SIGNAL_SOURCE];
      source.recorder.spanStarted(new LiveSpan(span), source.now(), source.currentRun());
    } catch {
      this.#drop();
    }
  }

  onEnd(span: OtelReadableSpan): void {
    if (this.#isShutDown) return;
    try {
      const source = this[SIGNAL_SOURCE];
      const view = new LiveSpan(span);
      const nowMs = source.now();
      source.recorder.spanEnded(view, nowMs);
      if (view.failed || view.exceptionType !== undefined) source.flushIfUrgent(nowMs);
    } catch {
      this.#drop();
    }
  }

  forceFlush(): Promise<void> {
    return atMost(FLUSH_MS_MAX, () => this[SIGNAL_SOURCE].flush(FLUSH_MS_MAX));
  }

  shutdown(): Promise<void> {
    if (this.#isShutDown) return Promise.resolve();
    this.#isShutDown = true;
    return atMost(FLUSH_MS_MAX, () => this[SIGNAL_SOURCE].close(FLUSH_MS_MAX));
  }

  #drop(): void {
    this.#dropped += 1;
    try {
      this[SIGNAL_SOURCE].recorder.spanDropped("unreadable");
    } catch {
      // P1 holds for counting as well.
    }
  }
}

/** Resolves when the task has, when it failed, or when its time is up. */
async function atMost(timeoutMs: number, task: () => Promise<void>): Promise<void> {
  let cancel: Cancel = () => {};
  const bound = new Promise<void>((resolve) => {
    // It is awaited by whoever shuts down, who wants the process to live until then.
    cancel = systemClock.schedule(resolve, timeoutMs, true);
  });
  try {
    await Promise.race([task(), bound]);
  } catch {
    // P2: the signals of the last window are lost, which is less than the application's shutdown.
  }
  cancel();
}
