import type { DependencyWindow } from "@headway/core";
import { SignalRecorder } from "@headway/core/signals";
import type { FinishedSpanView, SignalReport } from "@headway/core/signals";
import { ReportWindows } from "./report-windows.ts";

export interface Second {
  /** Seconds on the spans' own clock: the window ends here. */
  readonly endS: number;
  readonly windows: ReadonlyMap<string, DependencyWindow>;
}

export interface SpanStory {
  /** The callers' spans alone. */
  readonly callers: readonly FinishedSpanView[];
  /** And with the servers' spans below them. */
  readonly both: readonly FinishedSpanView[];
  readonly covered: readonly (readonly [fromS: number, toS: number])[];
}

const LIMITS = { openSpans: 1_000_000, traces: 100_000 };

/**
 * Runs spans through the product's own derivation, as a processor in the processes would tell them: each start and each end
 * when it happens. A window a second; seconds that nothing covers are left out, as if nobody had run.
 *
 * Twice: as callers tell it, an attempt's self time is all that no call below it answers for, be it spent on the way, in a
 * queue or in the service; with the servers' spans below, the gap tells how much of it was spent before the service began.
 */
export function secondsOf({ callers, both, covered }: SpanStory): readonly Second[] {
  const players = { callers: new Player(callers), both: new Player(both) };
  const windows = new ReportWindows();
  const seconds: Second[] = [];
  const fromS = Math.ceil(Math.min(...covered.map(([from]) => from)));
  const toS = Math.floor(Math.max(...covered.map(([, to]) => to)));
  for (let endS = fromS; endS <= toS; endS += 1) {
    const endMs = endS * 1_000;
    const reports = { callers: players.callers.until(endMs), both: players.both.until(endMs) };
    const isCovered = covered.some(([from, to]) => from <= endS - 1 && endS <= to);
    if (isCovered) seconds.push({ endS, windows: windows.of(reports, endMs) });
  }
  return seconds;
}

interface Event {
  readonly view: FinishedSpanView;
  readonly atMs: number;
  readonly isStart: boolean;
}

class Player {
  readonly #events: readonly Event[];
  readonly #recorder = new SignalRecorder({ instance: "all", limits: LIMITS });
  #next = 0;

  constructor(views: readonly FinishedSpanView[]) {
    this.#events = views
      .flatMap((view) => [
        { view, atMs: view.startMs, isStart: true },
        { view, atMs: view.startMs + view.durationMs, isStart: false },
      ])
      .sort((a, b) => a.atMs - b.atMs);
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
