import { RecencyMap } from "./recency-map.ts";
import { Repeat } from "./repeat.ts";

const TRAILS_MAX = 16;

/** What one agent did last in one unit of work. */
export interface Trail {
  dependencyLast: string;
  readonly repeat: Repeat;
  /** It gave way to another: whoever holds it has to look it up again. */
  isForgotten: boolean;
}

export interface TraceState {
  readonly traceId: string;
  attempts: number;
  readonly trails: Map<string, Trail>;
}

/** Units of work that calls are put in order in. Bounded: the one that was looked up the longest ago gives way. */
export class Traces {
  readonly #limit: number;
  readonly #traces = new RecencyMap<TraceState>();
  #last: TraceState | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  of(traceId: string): TraceState {
    // Spans come in runs of one trace.
    if (this.#last?.traceId === traceId) return this.#last;
    let trace = this.#traces.touch(traceId);
    if (trace === undefined) {
      trace = newTrace(traceId);
      if (this.#traces.size >= this.#limit) this.#traces.takeOldest();
      this.#traces.add(traceId, trace);
    }
    this.#last = trace;
    return trace;
  }

  end(trace: TraceState): void {
    this.#traces.delete(trace.traceId);
    if (this.#last === trace) this.#last = undefined;
  }

  get size(): number {
    return this.#traces.size;
  }
}

/** A unit of work of which nobody but its holder knows. */
export function newTrace(traceId: string): TraceState {
  return { traceId, attempts: 0, trails: new Map() };
}

/** An agent's trail in a trace; beyond a few agents the oldest trail is forgotten. */
export function trailOf(trace: TraceState, agent: string): Trail {
  let trail = trace.trails.get(agent);
  if (trail !== undefined) return trail;
  if (trace.trails.size >= TRAILS_MAX) {
    for (const [oldest, forgotten] of trace.trails) {
      forgotten.isForgotten = true;
      trace.trails.delete(oldest);
      break;
    }
  }
  trail = { dependencyLast: "", repeat: new Repeat(), isForgotten: false };
  trace.trails.set(agent, trail);
  return trail;
}
