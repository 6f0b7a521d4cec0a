import { OUTCOMES } from "../signals/outcome.ts";
import type { Outcome } from "../signals/outcome.ts";
import type { LatencyView, WindowSpan, WindowView } from "./engine-types.ts";

export interface WindowHistoriesOptions {
  /** How far back a history goes. */
  readonly historyMs: number;
  /** Windows kept over all dependencies; over it the oldest go first, whosever they are. */
  readonly windowsMax: number;
}

/** Small, so that a dependency seen once costs little; large enough that an array's own cost is shared. */
const CHUNK_WINDOWS = 20;

const COUNTS = [
  "windowMs",
  "calls",
  "attempts",
  "retries",
  "inFlight",
  "waiting",
  "agents",
  "instances",
] as const;
const LATENCIES = ["p50", "p95", "p99"] as const;

/** Where in a row each part begins: when it ended, the counts, the bound, the latencies, the outcomes. */
const BOUND_AT = 1 + COUNTS.length;
const LATENCY_AT = BOUND_AT + 1;
const OUTCOME_AT = LATENCY_AT + LATENCIES.length;
const ROW = OUTCOME_AT + OUTCOMES.length;

interface Chunk {
  readonly owner: WindowHistory;
  /** A Float32 tells seconds of this century apart no better than to minutes; its distance from here, to the millisecond. */
  readonly startMs: number;
  readonly rows: Float32Array;
  count: number;
  endMs: number;
}

/**
 * The histories of all dependencies, in one bounded shelf. A window is a row of 19 single-precision numbers: 76 bytes
 * where an object takes four times as much; seven digits are more than what was measured has. A million of them are
 * 15 minutes of 1,100 dependencies, or 20 seconds of 50,000.
 */
export class WindowHistories {
  readonly #options: WindowHistoriesOptions;
  /** Oldest first: a Set keeps the order in which chunks were begun. */
  readonly #chunks = new Set<Chunk>();

  constructor(options: WindowHistoriesOptions) {
    this.#options = options;
  }

  /** Rows that there is memory for, filled or not. */
  get windows(): number {
    return this.#chunks.size * CHUNK_WINDOWS;
  }

  get historyMs(): number {
    return this.#options.historyMs;
  }

  open(): WindowHistory {
    return new WindowHistory(this);
  }

  /** Only a history calls this. */
  begin(owner: WindowHistory, startMs: number): Chunk {
    const { historyMs, windowsMax } = this.#options;
    for (const chunk of this.#chunks) {
      const isOver = this.windows + CHUNK_WINDOWS > windowsMax;
      if (!isOver && chunk.endMs > startMs - historyMs) break;
      this.#chunks.delete(chunk);
      chunk.owner.forgetOldest();
    }
    const rows = new Float32Array(CHUNK_WINDOWS * ROW);
    const chunk: Chunk = { owner, startMs, rows, count: 0, endMs: startMs };
    this.#chunks.add(chunk);
    return chunk;
  }
}

/** What one dependency did, second by second. */
export class WindowHistory {
  readonly #shelf: WindowHistories;
  #chunks: Chunk[] = [];

  constructor(shelf: WindowHistories) {
    this.#shelf = shelf;
  }

  keep(view: WindowView): void {
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || chunk.count === CHUNK_WINDOWS) {
      chunk = this.#shelf.begin(this, view.endMs);
      this.#chunks.push(chunk);
    }
    write(chunk, view);
  }

  /** Only the rows of the span are unpacked, but for the chunks at its ends. */
  since(
    nowMs: number,
    { fromMs = 0, toMs = Number.POSITIVE_INFINITY }: WindowSpan = {},
  ): WindowView[] {
    const afterMs = Math.max(fromMs, nowMs - this.#shelf.historyMs);
    return this.#chunks
      .filter((chunk) => chunk.endMs > afterMs && chunk.startMs <= toMs)
      .flatMap(viewsOf)
      .filter(({ endMs }) => endMs > afterMs && endMs <= toMs);
  }

  /** Only the shelf calls this, and its oldest chunk of ours is ours too. */
  forgetOldest(): void {
    this.#chunks.shift();
  }
}

function write(chunk: Chunk, view: WindowView): void {
  const { rows } = chunk;
  const at = chunk.count * ROW;
  rows[at] = view.endMs - chunk.startMs;
  for (const [index, name] of COUNTS.entries()) rows[at + 1 + index] = view[name];
  rows[at + BOUND_AT] = view.bound ?? Number.NaN;
  for (const [index, name] of LATENCIES.entries())
    rows[at + LATENCY_AT + index] = view.latencyMs?.[name] ?? Number.NaN;
  for (const [index, outcome] of OUTCOMES.entries())
    rows[at + OUTCOME_AT + index] = view.outcomes[outcome];
  chunk.count += 1;
  chunk.endMs = view.endMs;
}

function viewsOf({ rows, count, startMs }: Chunk): WindowView[] {
  return Array.from({ length: count }, (_, index) => {
    const row = rows.subarray(index * ROW, (index + 1) * ROW);
    const [windowMs, calls, attempts, retries, inFlight, waiting, agents, instances] = COUNTS.map(
      (_name, offset) => numberAt(row, 1 + offset),
    );
    const bound = numberAt(row, BOUND_AT);
    return {
      endMs: startMs + numberAt(row, 0),
      windowMs: windowMs!,
      calls: calls!,
      attempts: attempts!,
      retries: retries!,
      outcomes: outcomesOf(row),
      inFlight: inFlight!,
      waiting: waiting!,
      agents: agents!,
      instances: instances!,
      bound: Number.isNaN(bound) ? null : bound,
      latencyMs: latencyOf(row),
    };
  });
}

function outcomesOf(row: Float32Array): Record<Outcome, number> {
  const of = (outcome: Outcome): number => numberAt(row, OUTCOME_AT + OUTCOMES.indexOf(outcome));
  return {
    ok: of("ok"),
    error: of("error"),
    throttled: of("throttled"),
    timeout: of("timeout"),
    cancelled: of("cancelled"),
    refused: of("refused"),
  };
}

function latencyOf(row: Float32Array): LatencyView | null {
  const [p50, p95, p99] = LATENCIES.map((_, offset) => numberAt(row, LATENCY_AT + offset));
  return Number.isNaN(p50) ? null : { p50: p50!, p95: p95!, p99: p99! };
}

/** Without the digits that single precision makes up: 0.1 comes back as 0.1, not as 0.10000000149. */
function numberAt(row: Float32Array, index: number): number {
  return Number(row[index]!.toPrecision(7));
}
