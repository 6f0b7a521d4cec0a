import { readFirst } from "../attribute-reader.ts";
import type { Identity } from "../identity.ts";
import { cleanName } from "../name.ts";
import { SPAN_KIND, type SpanView } from "../span-view.ts";
import { ALIASES } from "./aliases.ts";

const SERVING: Identity = { layer: "other", dependency: "", operation: "", boundary: true };

/** A request served. What it calls is its own doing and not its caller's, so nothing below is claimed from above. */
export function server(span: SpanView): Identity | undefined {
  if (span.kind !== SPAN_KIND.server) return undefined;
  const route = readFirst(span.attributes, ALIASES.httpRoute);
  if (route === undefined) return SERVING;
  const method = readFirst(span.attributes, ALIASES.httpMethod) ?? "";
  return {
    layer: "workflow",
    dependency: "",
    operation: "",
    workflow: cleanName(`${method} ${route}`.trim()),
    boundary: true,
  };
}
