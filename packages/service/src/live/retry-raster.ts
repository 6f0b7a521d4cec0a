import type { LiveRaster, LiveRasterRow } from "./live-view.ts";

export interface RetryRasterOptions {
  /** Columns of a second each. */
  readonly seconds: number;
  /** Agents with a row. */
  readonly rowsMax: number;
  /** Agents followed; over it retries go to all others together. */
  readonly agentsMax: number;
}

export const RETRY_RASTER: RetryRasterOptions = { seconds: 90, rowsMax: 40, agentsMax: 5_000 };

interface Trace {
  readonly counts: Float32Array;
  /** By dependency, over the life of the trace: what to name beside the row. */
  readonly dependencies: Map<string, number>;
  /** The last second written. */
  second: number;
  /** Of all seconds in the ring. */
  total: number;
}

/** An agent takes another's row only when it retried this much more: rows that change places each second can't be read. */
const TAKEOVER = 1.5;
const DEPENDENCIES_MAX = 16;

/**
 * Who retried in which second. A ring of seconds per agent, so memory is `agentsMax × seconds × 4` bytes at most: 1.8 MB.
 * A retry counts in the second in which its report arrived, up to a report's window late.
 */
export class RetryRaster {
  readonly #options: RetryRasterOptions;
  readonly #agents = new Map<string, Trace>();
  /** Of all agents, those without a trace included. */
  readonly #all: Trace;
  #rows: string[] = [];
  #sweptSecond = 0;

  constructor(options: RetryRasterOptions = RETRY_RASTER) {
    this.#options = options;
    this.#all = this.#blank();
  }

  /** `agent` is undefined where nobody is named. */
  record(agent: string | undefined, dependency: string, retries: number, nowMs: number): void {
    if (!(retries > 0 && Number.isFinite(retries))) return;
    const second = secondOf(nowMs);
    this.#add(this.#all, second, retries);
    const trace = agent === undefined ? undefined : this.#traceOf(agent, second);
    if (trace === undefined) return;
    this.#add(trace, second, retries);
    const { dependencies } = trace;
    if (dependencies.size < DEPENDENCIES_MAX || dependencies.has(dependency))
      dependencies.set(dependency, (dependencies.get(dependency) ?? 0) + retries);
  }

  /** Of the seconds that are over. */
  view(nowMs: number): LiveRaster & { readonly endsAt: string } {
    const second = secondOf(nowMs) - 1;
    this.#forgetQuiet(second + 1);
    this.#chooseRows();
    const rows = this.#rows.flatMap((agent) => {
      const trace = this.#agents.get(agent);
      return trace === undefined ? [] : [this.#row(agent, trace, second)];
    });
    const others = this.#ring(this.#all, second);
    for (const { retries } of rows)
      for (const [index, count] of retries.entries()) others[index]! -= count;
    return {
      endsAt: new Date((second + 1) * 1_000).toISOString(),
      seconds: this.#options.seconds,
      rows,
      // Float32 sums of whole numbers are exact far beyond any rate of retries, yet a remote sender may send fractions.
      others: others.map((count) => Math.max(0, Math.round(count))),
      agents: this.#agents.size,
      retries: Math.round(sumOf(this.#ring(this.#all, second))),
    };
  }

  #row(agent: string, trace: Trace, second: number): LiveRasterRow {
    let dependency = "";
    let most = 0;
    for (const [id, count] of trace.dependencies)
      if (count > most) [dependency, most] = [id, count];
    return { agent, dependency, retries: this.#ring(trace, second).map(Math.round) };
  }

  #traceOf(agent: string, second: number): Trace | undefined {
    const known = this.#agents.get(agent);
    if (known !== undefined) return known;
    if (this.#agents.size >= this.#options.agentsMax) {
      // Once a second: what is quiet changes no sooner, and who does not fit may be thousands.
      if (this.#sweptSecond !== second) this.#forgetQuiet(second);
      if (this.#agents.size >= this.#options.agentsMax) return undefined;
    }
    const trace = this.#blank();
    trace.second = second;
    this.#agents.set(agent, trace);
    return trace;
  }

  #add(trace: Trace, second: number, retries: number): void {
    this.#advance(trace, second);
    trace.counts[second % this.#columns]! += retries;
    trace.total += retries;
  }

  /** One column more than is shown, for the second that is not over. */
  get #columns(): number {
    return this.#options.seconds + 1;
  }

  /** Clears what lies between the last second written and this one. */
  #advance(trace: Trace, second: number): void {
    const steps = Math.min(second - trace.second, this.#columns);
    for (let step = 1; step <= steps; step += 1) {
      const at = (second - steps + step) % this.#columns;
      trace.total -= trace.counts[at]!;
      trace.counts[at] = 0;
    }
    if (steps > 0) trace.second = second;
  }

  #ring(trace: Trace, second: number): number[] {
    const { seconds } = this.#options;
    return Array.from({ length: seconds }, (_, index) => {
      const at = second - seconds + 1 + index;
      const isKept = at <= trace.second && at > trace.second - this.#columns;
      return isKept ? trace.counts[at % this.#columns]! : 0;
    });
  }

  #forgetQuiet(second: number): void {
    this.#sweptSecond = second;
    for (const [agent, trace] of this.#agents) {
      this.#advance(trace, second);
      if (trace.total <= 0) this.#agents.delete(agent);
    }
  }

  #chooseRows(): void {
    const totalOf = (agent: string): number => this.#agents.get(agent)?.total ?? 0;
    this.#rows = this.#rows.filter((agent) => totalOf(agent) > 0);
    const shown = new Set(this.#rows);
    const candidates = [...this.#agents.keys()]
      .filter((agent) => !shown.has(agent))
      .toSorted((a, b) => totalOf(b) - totalOf(a))
      .slice(0, this.#options.rowsMax);
    for (const candidate of candidates) {
      if (this.#rows.length < this.#options.rowsMax) {
        this.#rows.push(candidate);
        continue;
      }
      const weakest = this.#rows.reduce((a, b) => (totalOf(b) < totalOf(a) ? b : a));
      if (totalOf(candidate) <= TAKEOVER * totalOf(weakest)) return;
      this.#rows[this.#rows.indexOf(weakest)] = candidate;
    }
  }

  #blank(): Trace {
    return {
      counts: new Float32Array(this.#columns),
      dependencies: new Map(),
      second: 0,
      total: 0,
    };
  }
}

function secondOf(ms: number): number {
  return Math.floor(ms / 1_000);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
