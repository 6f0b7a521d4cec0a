import { SPAN_KIND } from "@headway/core/signals";
import type { FinishedSpanView } from "@headway/core/signals";
import type { SpansById } from "./service-hops.ts";

const OUTCOME_KEYS = [
  "http.response.status_code",
  "http.status_code",
  "error.type",
  "rpc.grpc.status_code",
  "rpc.response.status_code",
];

/** What the spans have of what could be known of them. */
export class CoverageTally {
  fromMs = Number.POSITIVE_INFINITY;
  toMs = Number.NEGATIVE_INFINITY;
  used = 0;
  withParent = 0;
  parentThere = 0;
  /** Client spans, and those that say how they ended. */
  clients = 0;
  outcomeTold = 0;
  readonly dropped = new Map<string, number>();

  span({ startMs, durationMs, kind, failed, exceptionType, attributes }: FinishedSpanView): void {
    this.used += 1;
    if (startMs < this.fromMs) this.fromMs = startMs;
    if (startMs + durationMs > this.toMs) this.toMs = startMs + durationMs;
    if (kind !== SPAN_KIND.client) return;
    this.clients += 1;
    const isTold =
      failed ||
      exceptionType !== undefined ||
      OUTCOME_KEYS.some((key) => attributes[key] !== undefined);
    if (isTold) this.outcomeTold += 1;
  }

  /** Spans of whole traces, together. */
  traces(spans: readonly FinishedSpanView[], byId: SpansById): void {
    for (const { parentSpanId } of spans) {
      if (parentSpanId === undefined) continue;
      this.withParent += 1;
      if (byId.has(parentSpanId)) this.parentThere += 1;
    }
  }

  drop(reason: string, count: number): void {
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + count);
  }
}
