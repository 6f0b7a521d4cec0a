import type { HistogramData } from "../signals/histogram.ts";
import type { DependencyWindow } from "./dependency-window.ts";
import type { Finding } from "./detection.ts";
import { figure } from "./figure.ts";
import { memberOf } from "./parsed-state.ts";
import { SlowBlocks } from "./slow-blocks.ts";
import type { SlowVerdict } from "./slow-blocks.ts";

const NO_CALLS: ReadonlyMap<string, HistogramData> = new Map();
const STREAMS = ["self", "gap", "made"] as const;
type Stream = (typeof STREAMS)[number];
const WORDS: Readonly<Record<Stream, string>> = {
  self: "own time",
  gap: "time on the way to it",
  made: "time on the way to what it calls",
};
type Slow = Extract<SlowVerdict, { state: "shifted" }> & { readonly stream: Stream };

/**
 * Says that a dependency is slower than its own usual where its time is told by operation, from three streams:
 *
 *     self   what its calls took that no call below them answers for: the way there, its queue, its own work
 *     gap    the part of it before the server's span began: less, but far steadier where the work itself varies
 *     made   the gaps of its own calls to others: a process that gets no processor is late on both sides
 *
 * Together they tell trouble at one place from trouble around it: a slow dependency shows in its own `self` alone, a slow way to it in
 * `gap` as well, a starved process also in the `made` of all it calls.
 *
 * Only calls that ended are seen. What hangs is for the ages of open calls to show, which `Degraded` watches beside it.
 */
export class OperationSlowness {
  readonly #runLength: number;
  /** Made when first told by operation: most dependencies never are. */
  #blocks: Readonly<Record<Stream, SlowBlocks>> | undefined;

  constructor(runLength: number) {
    this.#runLength = runLength;
  }

  /** Once judged so, always: calls of several kinds do not become alike. */
  get isInUse(): boolean {
    return this.#blocks !== undefined;
  }

  observe(window: DependencyWindow, selfTimes: ReadonlyMap<string, HistogramData>): Finding {
    this.#blocks ??= this.#newBlocks();
    const { gap, gapsMade = NO_CALLS } = window;
    const times = { self: selfTimes, gap: gap ? new Map([["", gap]]) : NO_CALLS, made: gapsMade };
    const blocks = this.#blocks;
    const verdicts = STREAMS.map((stream) => ({
      stream,
      verdict: blocks[stream].observe(times[stream]),
    }));
    const slow = verdicts
      .flatMap(({ stream, verdict }) =>
        verdict.state === "shifted" ? [{ stream, ...verdict }] : [],
      )
      .sort((a, b) => b.sigmas - a.sigmas);
    if (slow[0]) return abnormal(slow[0], slow, window);
    if (STREAMS.every((stream) => times[stream].size === 0)) return { state: "unknown" };
    return verdicts.some(({ verdict }) => verdict.state === "normal")
      ? { state: "normal" }
      : { state: "unknown" };
  }

  state(): unknown {
    const blocks = this.#blocks;
    return blocks
      ? Object.fromEntries(STREAMS.map((stream) => [stream, blocks[stream].state()]))
      : null;
  }

  restore(state: unknown): void {
    if (memberOf(state, "self") === undefined) return;
    this.#blocks = this.#newBlocks();
    for (const stream of STREAMS) this.#blocks[stream].restore(memberOf(state, stream));
  }

  #newBlocks(): Readonly<Record<Stream, SlowBlocks>> {
    const create = () => new SlowBlocks(this.#runLength);
    return { self: create(), gap: create(), made: create() };
  }
}

function abnormal(worst: Slow, slow: readonly Slow[], window: DependencyWindow): Finding {
  const { stream, shift, usualS, excessS, sigmas, windows } = worst;
  const ratio = Math.exp(shift);
  const recentS = usualS + excessS;
  const what = WORDS[stream];
  return {
    state: "abnormal",
    severity: Math.min(1, Math.max(0, 1 - 1 / ratio)),
    summary: `${what} ${ratio.toFixed(1)} times its usual: ${figure(recentS)} s against ${figure(usualS)} s (${sigmas.toFixed(1)} sigma)`,
    evidence: {
      stream,
      streams: slow.map((each) => each.stream),
      ratio,
      sigmas,
      windows,
      usualS,
      recentS,
      inFlight: window.inFlight,
      ok: window.outcomes.ok,
    },
  };
}
