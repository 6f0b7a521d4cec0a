import { readFirst, readFirstInteger, readInteger } from "../attribute-reader.ts";
import type { Identity } from "../identity.ts";
import { dependencyKey } from "../name.ts";
import { SPAN_KIND, type SpanView } from "../span-view.ts";
import { ALIASES } from "./aliases.ts";

/** HTTP client spans. Of the address only host and port are read: paths and queries hold ids and content. */
export function http(span: SpanView): Identity | undefined {
  if (span.kind !== SPAN_KIND.client) return undefined;
  const method = readFirst(span.attributes, ALIASES.httpMethod);
  if (method === undefined) return undefined;
  const host = readFirst(span.attributes, ALIASES.host);
  const port = readFirstInteger(span.attributes, ALIASES.port);
  const template = readFirst(span.attributes, ALIASES.httpRoute);
  const resends = readInteger(span.attributes, "http.request.resend_count");
  return {
    layer: "attempt",
    dependency: dependencyKey("http", host && hostAndPort(span, host.toLowerCase(), port)),
    operation: template === undefined ? method : `${method} ${template}`,
    attempt: resends !== undefined && resends > 0 ? resends + 1 : undefined,
  };
}

/** The port is part of the name unless it is the scheme's own, as in a URL's `host`; so is an IPv6 address in brackets. */
export function hostAndPort(span: SpanView, host: string, port: number | undefined): string {
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  if (port === undefined) return name;
  if (port !== 80 && port !== 443) return `${name}:${port}`;
  const scheme = readFirst(span.attributes, ALIASES.scheme);
  const isOwn = port === 80 ? scheme !== "https" : scheme !== "http";
  return isOwn ? name : `${name}:${port}`;
}
