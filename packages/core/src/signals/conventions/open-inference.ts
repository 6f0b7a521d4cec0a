import { readFirst, readString } from "../attribute-reader.ts";
import { TRANSPARENT, type Identity } from "../identity.ts";
import { cleanName, dependencyKey } from "../name.ts";
import type { SpanView } from "../span-view.ts";
import { ALIASES } from "./aliases.ts";
import { agentOf, modelCall, toolCall } from "./model-call.ts";

/**
 * OpenInference: a span kind of its own in an attribute, the OTel kind always INTERNAL. Its instrumentations observe
 * callbacks and do not make their spans active, so transport spans may lie beside them. LangSmith's exporter uses the
 * same idea with lower-case kinds.
 */
export function openInference(span: SpanView): Identity | undefined {
  const kind =
    readString(span.attributes, "openinference.span.kind") ??
    readString(span.attributes, "langsmith.span.kind");
  if (kind === undefined) return undefined;
  switch (kind.toUpperCase()) {
    case "LLM":
      return { ...modelCall(span, "chat"), detached: true };
    case "EMBEDDING":
      return { ...modelCall(span, "embeddings"), detached: true };
    case "RERANKER":
      return { ...modelCall(span, "rerank"), detached: true };
    case "TOOL":
      // The instrumentations put the tool's name, and nothing else, into the name of a tool's span.
      return toolCall(span, readFirst(span.attributes, ALIASES.tool) ?? span.name);
    case "RETRIEVER":
      return {
        layer: "call",
        dependency: dependencyKey("retrieval", span.name),
        operation: "retrieval",
        claims: true,
      };
    case "AGENT":
      return {
        layer: "agent",
        dependency: "",
        operation: "invoke_agent",
        agent: agentOf(span) ?? cleanName(span.name),
      };
    case "CHAIN":
      return { layer: "other", dependency: "", operation: "", workflow: cleanName(span.name) };
    default:
      return TRANSPARENT;
  }
}
