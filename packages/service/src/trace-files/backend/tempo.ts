import { type HttpReader, TooLarge, Unreadable } from "./http-reader.ts";
import { field, type Part, type TimedQuery } from "./backend-query.ts";
import { below } from "./jaeger.ts";

const TRACES_MAX = 1_000;
/** Under way at once: a query of Tempo's is spread over many of its parts already. */
const CONCURRENCY = 6;
const TRACE_BYTES_MAX = 64 * 2 ** 20;

/** The search that a Tempo at this address is to answer. */
export function tempoSearch(base: URL, query: TimedQuery): URL {
  const url = below(base, "api/search");
  url.search = new URLSearchParams({
    q: query.query ?? traceQl(query.service),
    start: String(Math.floor(query.fromMs / 1000)),
    end: String(Math.ceil(query.toMs / 1000)),
    limit: String(query.tracesMax ?? TRACES_MAX),
  }).toString();
  return url;
}

/** A service's name stands in quotes there, as in JSON. */
function traceQl(service: string | undefined): string {
  return service === undefined ? "{}" : `{ resource.service.name = ${JSON.stringify(service)} }`;
}

/** The ids that a search found; undefined where the answer is none of Tempo's. */
export async function tempoTraceIds(
  search: URL,
  reader: HttpReader,
): Promise<readonly string[] | undefined> {
  const answer = await reader.json(search);
  const traces = field(answer, "traces");
  // Where nothing was found, some versions leave the field out.
  if (traces === undefined && field(answer, "metrics") !== undefined) return [];
  if (!Array.isArray(traces)) return undefined;
  return traces
    .map((trace) => field(trace, "traceID"))
    .filter((id) => typeof id === "string")
    .filter((id) => /^[0-9a-f]{1,32}$/i.test(id));
}

/** Each of the traces whole, some under way at once, given out in the order of their ids. */
export async function* tempoParts(
  search: URL,
  ids: readonly string[],
  reader: HttpReader,
): AsyncGenerator<Part> {
  const base = new URL(search);
  base.pathname = search.pathname.replace(/\/api\/search\/?$/, "/");
  const pending: Promise<Buffer | Error>[] = [];
  let next = 0;
  for (const id of ids) {
    while (next < ids.length && pending.length < CONCURRENCY) {
      pending.push(trace(base, ids[next]!, reader));
      next += 1;
    }
    const fetched = await pending.shift()!;
    yield { of: `trace ${id}`, chunks: once(fetched) };
  }
}

/** As protobuf: Tempo's message of a trace is an export request under another name. Its JSON is ten times as long. */
async function trace(base: URL, id: string, reader: HttpReader): Promise<Buffer | Error> {
  try {
    return await reader.bytes(below(base, `api/traces/${id}`), {
      accept: "application/protobuf",
      bytesMax: TRACE_BYTES_MAX,
    });
  } catch (error) {
    // Told when its turn comes: nobody waits for it yet.
    if (error instanceof Unreadable || error instanceof TooLarge) return error;
    throw error;
  }
}

async function* once(fetched: Buffer | Error): AsyncGenerator<Uint8Array> {
  if (fetched instanceof Error) throw fetched;
  yield fetched;
}
