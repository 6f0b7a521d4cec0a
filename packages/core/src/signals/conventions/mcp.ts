import { readFirst, readFirstInteger, readString } from "../attribute-reader.ts";
import type { Identity } from "../identity.ts";
import { dependencyKey } from "../name.ts";
import { SPAN_KIND, type SpanView } from "../span-view.ts";
import { ALIASES } from "./aliases.ts";
import { hostAndPort } from "./http.ts";
import { toolCall } from "./model-call.ts";

const SESSION: Identity = { layer: "session", dependency: "", operation: "" };

const SESSION_NAME = "mcp.client.session";

/**
 * MCP, client side. A `tools/call` is the tool's own call, so it is a layer of the `execute_tool` span around it; all else
 * is a call to the server. Traceloop's instrumentation opens one span for the whole connection and hangs every request
 * below it instead of below the agent: that span is a `session`.
 */
export function mcp(span: SpanView): Identity | undefined {
  if (span.name === SESSION_NAME) return SESSION;
  const method = readString(span.attributes, "mcp.method.name");
  if (method === undefined) return undefined;
  const tool = method === "tools/call" ? readFirst(span.attributes, ALIASES.tool) : undefined;
  if (tool !== undefined) return toolCall(span, tool);
  if (span.kind === SPAN_KIND.internal) return undefined;
  return { layer: "call", dependency: serverDependency(span), operation: method, claims: true };
}

function serverDependency(span: SpanView): string {
  const host = readFirst(span.attributes, ALIASES.host);
  if (host === undefined)
    return dependencyKey("mcp", readString(span.attributes, "network.transport"));
  return dependencyKey(
    "mcp",
    hostAndPort(span, host, readFirstInteger(span.attributes, ALIASES.port)),
  );
}
