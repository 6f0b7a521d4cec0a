import type { FinishedSpanView } from "@headway/core/signals";
import type { Arrival, ArrivalOrder } from "./arrival.ts";

/** No exporter and no Collector keeps a span back for so long; a file with such spans is not in the order of arrival. */
const LATE_MS_MAX = 60_000;

export interface SpanOrder {
  readonly order: Extract<ArrivalOrder, "file" | "end">;
  readonly list: readonly Arrival[];
}

/**
 * When spans arrived of which nobody wrote down when. If they stand in the order in which a Collector wrote them, that is the order,
 * and each arrived when the latest end up to it had come: no span is known before it has ended, nor before those in front of it.
 * Else each arrives as it ends.
 *
 * Both are the earliest times possible. Exporters send every few seconds, so a service would have known that much later.
 */
export function spanArrivals(spans: readonly FinishedSpanView[], mayBeFile: boolean): SpanOrder {
  const order = mayBeFile && isInOrder(spans) ? "file" : "end";
  const ordered = order === "file" ? spans : spans.toSorted((a, b) => endMs(a) - endMs(b));
  let latestMs = Number.NEGATIVE_INFINITY;
  const list = ordered.map((span): Arrival => {
    latestMs = Math.max(latestMs, endMs(span));
    return { kind: "spans", atMs: latestMs, spans: [span] };
  });
  return { order, list };
}

function isInOrder(spans: readonly FinishedSpanView[]): boolean {
  let latestMs = Number.NEGATIVE_INFINITY;
  return spans.every((span) => {
    latestMs = Math.max(latestMs, endMs(span));
    return latestMs - endMs(span) <= LATE_MS_MAX;
  });
}

function endMs({ startMs, durationMs }: FinishedSpanView): number {
  return startMs + durationMs;
}
