import type { BackendQuery } from "../span-source.ts";

/** A query with its times made out: milliseconds since 1970. */
export interface TimedQuery extends BackendQuery {
  readonly fromMs: number;
  readonly toMs: number;
}

const LOOKBACK_MS = 3_600_000;

export interface QueryTimes {
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly nowMs: number;
}

/** The last hour, unless told otherwise. */
export function timedQuery(query: BackendQuery, { fromMs, toMs, nowMs }: QueryTimes): TimedQuery {
  const end = toMs ?? nowMs;
  return { ...query, toMs: end, fromMs: fromMs ?? end - (query.lookbackMs ?? LOOKBACK_MS) };
}

/** One answer of a backend, whose bytes are a document of some format. */
export interface Part {
  /** What was asked for, where it has a name: a service. */
  readonly of: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** More traces than that were not asked for; undefined where there is no bound. */
  readonly tracesMax?: number;
}

export function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
