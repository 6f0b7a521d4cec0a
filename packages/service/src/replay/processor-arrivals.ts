import { SignalRecorder, replayOrder } from "@headway/core/signals";
import type {
  Attempt,
  FinishedSpanView,
  IdentityRule,
  ReplayEvent,
  SignalReport,
} from "@headway/core/signals";
import type { Arrival } from "./arrival.ts";

export interface ProcessorOptions {
  readonly identities: readonly IdentityRule[];
  readonly onAttempt: (attempt: Attempt) => void;
}

/** As the SDK's reporter has them. */
const REPORT_EVERY_MS = 1_000;
const EARLY_MS_MIN = 200;
const POLL_EVERY_MS = 100;

/**
 * What would have arrived if the span processor of `@headway/sdk/otel` had been in the processes that the spans come from: each
 * tells of a span's start and of its end as they happen, and reports once a second, and early when its window has turned bad.
 * Reports take no time to arrive. A process is what has one `service.instance.id`, or one `service.name` where that is absent.
 */
export function processorArrivals(
  spans: readonly FinishedSpanView[],
  options: ProcessorOptions,
): readonly Arrival[] {
  const bySender = new Map<string, FinishedSpanView[]>();
  for (const span of spans) {
    const sender = senderOf(span);
    const known = bySender.get(sender);
    if (known === undefined) bySender.set(sender, [span]);
    else known.push(span);
  }
  const arrivals = [...bySender].flatMap(([sender, sent]) => reportsOf(sender, sent, options));
  // The sort is stable: what comes in one instant comes in the order of the senders' first spans.
  return arrivals.toSorted((a, b) => a.atMs - b.atMs);
}

function reportsOf(
  sender: string,
  spans: readonly FinishedSpanView[],
  { identities, onAttempt }: ProcessorOptions,
): readonly Arrival[] {
  const recorder = new SignalRecorder({ instance: sender, identities, onAttempt });
  // Told as they end, so that the sender's clock is taken as it is.
  const events = replayOrder(
    spans.map((span) => ({ span, sender, arrivedMs: span.startMs + span.durationMs })),
  );
  const firstMs = events[0]?.atMs;
  if (firstMs === undefined) return [];
  const process = new ReportingProcess(recorder, firstMs);
  for (const event of events) process.tell(event);
  process.runUntil(events.at(-1)!.atMs + 2 * REPORT_EVERY_MS);
  return [{ kind: "connected", atMs: firstMs, instance: sender }, ...process.arrivals];
}

/** One process' reporter under virtual time. */
class ReportingProcess {
  readonly arrivals: Arrival[] = [];
  readonly #recorder: SignalRecorder;
  #nextReportMs: number;
  #nextPollMs: number;
  #sentMs = Number.NEGATIVE_INFINITY;
  #wasEmpty = false;

  constructor(recorder: SignalRecorder, startMs: number) {
    this.#recorder = recorder;
    this.#nextReportMs = startMs + REPORT_EVERY_MS;
    this.#nextPollMs = startMs + POLL_EVERY_MS;
  }

  tell({ span, atMs, isStart }: ReplayEvent): void {
    this.runUntil(atMs);
    if (isStart) return this.#recorder.spanStarted(span, atMs);
    this.#recorder.spanEnded(span, atMs);
    this.#reportIfUrgent(atMs);
  }

  runUntil(endMs: number): void {
    for (;;) {
      const nowMs = Math.min(this.#nextReportMs, this.#nextPollMs);
      if (nowMs > endMs) return;
      if (nowMs === this.#nextReportMs) {
        this.#nextReportMs += REPORT_EVERY_MS;
        this.#report(nowMs);
      } else {
        this.#nextPollMs += POLL_EVERY_MS;
        this.#reportIfUrgent(nowMs);
      }
    }
  }

  #reportIfUrgent(nowMs: number): void {
    if (nowMs - this.#sentMs < EARLY_MS_MIN) return;
    if (this.#recorder.isUrgent(nowMs)) this.#report(nowMs);
  }

  #report(nowMs: number): void {
    this.#sentMs = nowMs;
    const report: SignalReport = this.#recorder.take(nowMs);
    const isEmpty = report.points.length === 0;
    const isSilent = isEmpty && this.#wasEmpty;
    this.#wasEmpty = isEmpty;
    if (!isSilent) this.arrivals.push({ kind: "reports", atMs: nowMs, reports: [report] });
  }
}

function senderOf({ resource }: FinishedSpanView): string {
  const id = resource["service.instance.id"] ?? resource["service.name"];
  return typeof id === "string" && id !== "" ? id : "unnamed";
}
