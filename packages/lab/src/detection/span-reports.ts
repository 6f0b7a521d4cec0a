import { FinishedSpans, SignalRecorder } from "@headway/core/signals";
import type { FinishedSpanView, SignalReport } from "@headway/core/signals";

export interface Second {
  /** Seconds on the spans' own clock: the window ends here. */
  readonly endS: number;
  readonly report: SignalReport;
}

export interface SpanStory {
  readonly views: readonly FinishedSpanView[];
  readonly covered: readonly (readonly [fromS: number, toS: number])[];
}

/**
 * How a process learns of spans:
 *
 *     live      each start and each end when it happens, as the span processor in a process does
 *     exported  each span once, so long after its end, as the service's receiver does; told to the recorder when its trace has settled
 */
export type Telling =
  | { readonly kind: "live" }
  | { readonly kind: "exported"; readonly delayS: number };

const LIMITS = { openSpans: 1_000_000, traces: 100_000 };
/** The service's own. */
const SETTLE_MS = 1_500;

/** Runs spans through the product's own derivation. A report a second; seconds that nothing covers are left out, as if nobody had run. */
export function secondsOf(
  { views, covered }: SpanStory,
  telling: Telling = { kind: "live" },
): readonly Second[] {
  const player =
    telling.kind === "live" ? new LivePlayer(views) : new ExportPlayer(views, telling.delayS);
  const seconds: Second[] = [];
  const fromS = Math.ceil(Math.min(...covered.map(([from]) => from)));
  const toS = Math.floor(Math.max(...covered.map(([, to]) => to)));
  for (let endS = fromS; endS <= toS; endS += 1) {
    const report = player.until(endS * 1_000);
    const isCovered = covered.some(([from, to]) => from <= endS - 1 && endS <= to);
    if (isCovered) seconds.push({ endS, report });
  }
  return seconds;
}

interface Event {
  readonly view: FinishedSpanView;
  readonly atMs: number;
  readonly isStart: boolean;
  /** In one instant: what ends ends first, the inner before the outer; then what starts; then what starts and ends in it. */
  readonly phase: number;
  readonly order: number;
}

function eventsOf(views: readonly FinishedSpanView[]): readonly Event[] {
  const events = views.flatMap((view, index): Event[] => {
    const endPhase = view.durationMs > 0 ? 0 : 2;
    const endMs = view.startMs + view.durationMs;
    return [
      { view, atMs: view.startMs, isStart: true, phase: 1, order: index },
      { view, atMs: endMs, isStart: false, phase: endPhase, order: -index },
    ];
  });
  return events.sort((a, b) => a.atMs - b.atMs || a.phase - b.phase || a.order - b.order);
}

class LivePlayer {
  readonly #events: readonly Event[];
  readonly #recorder = new SignalRecorder({ instance: "all", limits: LIMITS });
  #next = 0;

  constructor(views: readonly FinishedSpanView[]) {
    this.#events = eventsOf(views);
  }

  until(endMs: number): SignalReport {
    for (; ; this.#next += 1) {
      const event = this.#events[this.#next];
      if (!event || event.atMs >= endMs) return this.#recorder.take(endMs);
      if (event.isStart) this.#recorder.spanStarted(event.view, event.atMs);
      else this.#recorder.spanEnded(event.view, event.atMs);
    }
  }
}

class ExportPlayer {
  readonly #arrivals: readonly { readonly view: FinishedSpanView; readonly atMs: number }[];
  readonly #recorder = new SignalRecorder({ instance: "all", limits: LIMITS });
  readonly #finished = new FinishedSpans({ recorder: this.#recorder, settleMs: SETTLE_MS });
  #next = 0;

  constructor(views: readonly FinishedSpanView[], delayS: number) {
    this.#arrivals = views
      .map((view) => ({ view, atMs: view.startMs + view.durationMs + delayS * 1_000 }))
      .sort((a, b) => a.atMs - b.atMs);
  }

  until(endMs: number): SignalReport {
    for (; ; this.#next += 1) {
      const arrival = this.#arrivals[this.#next];
      if (!arrival || arrival.atMs >= endMs) break;
      this.#finished.add(arrival.view, arrival.atMs);
    }
    this.#finished.settle(endMs);
    return this.#recorder.take(endMs);
  }
}
