import { readFirst, readString } from "../attribute-reader.ts";
import { TRANSPARENT, type Identity } from "../identity.ts";
import { cleanName, dependencyKey } from "../name.ts";
import type { SpanView } from "../span-view.ts";
import { ALIASES } from "./aliases.ts";
import { agentOf, modelCall, toolCall } from "./model-call.ts";

type Role = "model" | "tool" | "agent" | "workflow" | "retrieval" | "memory" | "transparent";

/** `gen_ai.operation.name`, the conventions' own values and those seen in the field besides. */
const OPERATIONS: ReadonlyMap<string, Role> = new Map([
  ["chat", "model"],
  ["generate_content", "model"],
  ["text_completion", "model"],
  ["embeddings", "model"],
  ["fetch_response", "model"],
  ["rerank", "model"],
  ["decide", "model"],
  ["execute_tool", "tool"],
  ["invoke_agent", "agent"],
  ["create_agent", "agent"],
  ["invoke_workflow", "workflow"],
  ["workflow", "workflow"],
  ["retrieval", "retrieval"],
  ["search_memory", "memory"],
  ["create_memory", "memory"],
  ["update_memory", "memory"],
  ["upsert_memory", "memory"],
  ["delete_memory", "memory"],
  ["create_memory_store", "memory"],
  ["delete_memory_store", "memory"],
  ["plan", "transparent"],
  ["agent_step", "transparent"],
  ["handoff", "transparent"],
]);

const TRACELOOP_LANGCHAIN = "@traceloop/instrumentation-langchain";

/** The GenAI semantic conventions, from 1.36 to the newest: AI SDK, Anthropic SDK, OpenLLMetry, Mastra and most others. */
export function genAi(span: SpanView): Identity | undefined {
  const operation = readString(span.attributes, "gen_ai.operation.name");
  if (operation === undefined) return undefined;
  // Mastra nests three spans around one inference and gives each the model's name.
  const mastra = readString(span.attributes, "mastra.span.type");
  if (mastra === "model_generation" || mastra === "model_step") return TRANSPARENT;
  const identity = BY_ROLE[OPERATIONS.get(operation) ?? "transparent"](span, operation);
  return span.scope === TRACELOOP_LANGCHAIN ? { ...identity, detached: true } : identity;
}

const BY_ROLE: Readonly<Record<Role, (span: SpanView, operation: string) => Identity>> = {
  model: modelCall,
  tool: (span) => toolCall(span, toolName(span)),
  agent: (span, operation) => ({ layer: "agent", dependency: "", operation, agent: agentOf(span) }),
  workflow: (span, operation) => {
    const workflow = readFirst(span.attributes, ALIASES.workflow);
    return {
      layer: "workflow",
      dependency: "",
      operation,
      workflow: workflow && cleanName(workflow),
    };
  },
  retrieval: (span, operation) => storeCall(span, operation, "gen_ai.data_source.id"),
  memory: (span, operation) => storeCall(span, operation, "gen_ai.memory.store.id"),
  transparent: () => TRANSPARENT,
};

function storeCall(
  span: SpanView,
  operation: string,
  key: "gen_ai.data_source.id" | "gen_ai.memory.store.id",
): Identity {
  const kind = key === "gen_ai.memory.store.id" ? "memory" : "retrieval";
  const dependency = dependencyKey(
    kind,
    readFirst(span.attributes, ALIASES.provider),
    readString(span.attributes, key),
  );
  return { layer: "call", dependency, operation, agent: agentOf(span), claims: true };
}

/** Without its attribute the tool is still in the span's name, which the conventions fix: `execute_tool NAME`. */
function toolName(span: SpanView): string {
  const name = readFirst(span.attributes, ALIASES.tool);
  if (name !== undefined) return name;
  const entity = readString(span.attributes, "traceloop.entity.name");
  if (entity !== undefined) return entity;
  return span.name.startsWith("execute_tool ")
    ? span.name.slice("execute_tool ".length)
    : "unknown";
}
