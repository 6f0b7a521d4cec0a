import type { FinishedSpanView } from "@headway/core/signals";

export interface TraceHoldOptions {
  /** Spans held at once. */
  readonly spansMax: number;
  /** Spans given away at once, when the hold is full: their derivation needs several times their memory while it runs. */
  readonly releaseMin: number;
  /** What a trace has over this is left out. */
  readonly spansPerTraceMax: number;
  /** Gets spans whose traces are whole, as far as can be told. */
  readonly release: (spans: readonly FinishedSpanView[]) => void;
}

/** Enough to put units of work of many agents in order of time; and their derivation has memory to spare. */
export const HOLD_LIMITS = { spansMax: 40_000, releaseMin: 4_000, spansPerTraceMax: 20_000 };

/**
 * Holds spans until their trace is whole: a file tells nobody when that is. Traces that were not added to for the longest go first,
 * some thousand spans at a time, so that what is derived together can be put in order of time. An input that fits is derived as one,
 * and its order does not matter at all.
 */
export class TraceHold {
  readonly #options: TraceHoldOptions;
  /** Those that were added to the longest ago first. */
  readonly #traces = new Map<string, FinishedSpanView[]>();
  #lastId = "";
  #last: FinishedSpanView[] | undefined;
  #size = 0;
  #isWhole = true;
  tooLarge = 0;

  constructor(options: TraceHoldOptions) {
    this.#options = options;
  }

  add(span: FinishedSpanView): void {
    const trace = this.#of(span.traceId);
    if (trace.length >= this.#options.spansPerTraceMax) {
      this.tooLarge += 1;
      return;
    }
    trace.push(span);
    this.#size += 1;
    const { spansMax, releaseMin } = this.#options;
    if (this.#size <= spansMax) return;
    this.#isWhole = false;
    this.#releaseDownTo(spansMax - releaseMin);
  }

  /** All that is held: as one where nothing was given away before. */
  flush(): void {
    const { releaseMin } = this.#options;
    while (this.#size > 0) this.#releaseDownTo(this.#isWhole ? 0 : this.#size - releaseMin);
  }

  #of(traceId: string): FinishedSpanView[] {
    if (this.#last !== undefined && this.#lastId === traceId) return this.#last;
    const trace = this.#traces.get(traceId) ?? [];
    this.#traces.delete(traceId);
    this.#traces.set(traceId, trace);
    this.#lastId = traceId;
    this.#last = trace;
    return trace;
  }

  #releaseDownTo(size: number): void {
    const released: FinishedSpanView[] = [];
    for (const [traceId, trace] of this.#traces) {
      if (this.#size <= size) break;
      this.#traces.delete(traceId);
      this.#size -= trace.length;
      for (const span of trace) released.push(span);
    }
    this.#last = undefined;
    if (released.length > 0) this.#options.release(released);
  }
}
