import type { HttpReader } from "./http-reader.ts";
import { field, type Part, type TimedQuery } from "./backend-query.ts";

/** What Jaeger's own page asks for at the most. */
const TRACES_MAX = 1_500;

/** The services that a Jaeger at this address knows; undefined where there is none. */
export async function jaegerServices(
  base: URL,
  reader: HttpReader,
): Promise<readonly string[] | undefined> {
  const answer = field(await reader.json(below(base, "api/services")), "data");
  if (answer === null) return [];
  if (!Array.isArray(answer)) return undefined;
  return answer.filter((service) => typeof service === "string").toSorted();
}

/** The traces of each service in turn. A trace that several took part in comes once with each. */
export async function* jaegerParts(
  base: URL,
  services: readonly string[],
  query: TimedQuery,
  reader: HttpReader,
): AsyncGenerator<Part> {
  const asked = query.service === undefined ? services : [query.service];
  const tracesMax = query.tracesMax ?? TRACES_MAX;
  for (const service of asked) {
    const url = below(base, "api/traces");
    url.search = new URLSearchParams({
      service,
      start: String(Math.floor(query.fromMs * 1000)),
      end: String(Math.ceil(query.toMs * 1000)),
      limit: String(tracesMax),
    }).toString();
    yield { of: service, chunks: reader.chunks(url), tracesMax };
  }
}

/** Keeps the path that a proxy put in front. */
export function below(base: URL, path: string): URL {
  const url = new URL(base);
  url.search = "";
  url.hash = "";
  url.pathname = `${base.pathname.replace(/\/$/, "")}/${path}`;
  return url;
}
