import { readFirst, readString } from "../attribute-reader.ts";
import type { Identity } from "../identity.ts";
import { dependencyKey } from "../name.ts";
import { SPAN_KIND, type SpanView } from "../span-view.ts";
import { ALIASES } from "./aliases.ts";

/** Database client spans: `db:system/namespace`, or the host where no namespace is named. Statements are never read. */
export function database(span: SpanView): Identity | undefined {
  if (span.kind === SPAN_KIND.server) return undefined;
  const system = readFirst(span.attributes, ALIASES.dbSystem);
  if (system === undefined) return undefined;
  const where =
    readFirst(span.attributes, ALIASES.dbNamespace) ?? readFirst(span.attributes, ALIASES.host);
  const operation = readFirst(span.attributes, ALIASES.dbOperation) ?? "";
  const collection = readString(span.attributes, "db.collection.name");
  return {
    layer: "call",
    dependency: dependencyKey("db", system, where),
    operation: collection === undefined ? operation : `${operation} ${collection}`,
    claims: true,
  };
}
