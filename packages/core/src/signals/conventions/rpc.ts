import { readFirst, readString } from "../attribute-reader.ts";
import type { Identity } from "../identity.ts";
import { dependencyKey } from "../name.ts";
import { SPAN_KIND, type SpanView } from "../span-view.ts";
import { ALIASES } from "./aliases.ts";

/** RPC client spans. Newer names put the service into the method: `package.Service/Method`. */
export function rpc(span: SpanView): Identity | undefined {
  if (span.kind !== SPAN_KIND.client || readFirst(span.attributes, ALIASES.rpcSystem) === undefined)
    return undefined;
  const method = readString(span.attributes, "rpc.method") ?? "";
  const slash = method.lastIndexOf("/");
  const service =
    readString(span.attributes, "rpc.service") ?? (slash > 0 ? method.slice(0, slash) : undefined);
  return {
    layer: "attempt",
    dependency: dependencyKey("rpc", service ?? readFirst(span.attributes, ALIASES.host)),
    operation: slash > 0 ? method.slice(slash + 1) : method,
  };
}
