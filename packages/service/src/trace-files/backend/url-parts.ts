import { type Part, type TimedQuery } from "./backend-query.ts";
import { type HttpReader, Unreadable } from "./http-reader.ts";
import { jaegerParts, jaegerServices } from "./jaeger.ts";
import { tempoParts, tempoSearch, tempoTraceIds } from "./tempo.ts";

/**
 * What stands at a URL: the answers to a search of Tempo's; one document, where the URL says which; else the address is a
 * backend's, which is asked what it is, and then for its traces.
 */
export async function* urlParts(
  url: URL,
  query: TimedQuery,
  reader: HttpReader,
): AsyncGenerator<Part> {
  if (/\/api\/search\/?$/.test(url.pathname)) {
    yield* searched(url, reader);
    return;
  }
  const file = url.pathname.split("/").at(-1) ?? "";
  if (url.pathname.includes("/api/") || file.includes(".")) {
    yield { of: "", chunks: reader.chunks(url) };
    return;
  }
  const services = await jaegerServices(url, reader).catch(orUndefined);
  if (services === undefined) yield* searched(tempoSearch(url, query), reader);
  else yield* jaegerParts(url, services, query, reader);
}

async function* searched(search: URL, reader: HttpReader): AsyncGenerator<Part> {
  const ids = await tempoTraceIds(search, reader);
  if (ids === undefined)
    throw new Unreadable("a query API of Jaeger or Tempo must answer here, and none did");
  yield* tempoParts(search, ids, reader);
}

/** A Tempo has no such path, and says so. What is down altogether fails the next time too. */
function orUndefined(error: unknown): undefined {
  if (!(error instanceof Unreadable)) throw error;
}
