/**
 * The only keys that derivation ever reads, and the only ones that the decoder turns into strings. Each names how a call
 * behaves: what was called, by whom, how it ended. None holds what was said.
 *
 * A bag also holds prompts, answers, arguments, URLs and headers. Reads go through `attribute-reader.ts`, whose keys are
 * the types below: a key outside the list does not compile.
 */
const ATTRIBUTE_KEYS = [
  // GenAI semantic conventions, 1.36 to the newest.
  "gen_ai.operation.name",
  "gen_ai.provider.name",
  "gen_ai.system",
  "gen_ai.request.model",
  "gen_ai.response.model",
  "gen_ai.agent.id",
  "gen_ai.agent.name",
  "gen_ai.workflow.name",
  "gen_ai.tool.name",
  "gen_ai.tool.call.id",
  "gen_ai.data_source.id",
  "gen_ai.memory.store.id",
  "gen_ai.usage.input_tokens",
  "gen_ai.usage.output_tokens",
  "gen_ai.usage.prompt_tokens",
  "gen_ai.usage.completion_tokens",
  // OpenInference.
  "llm.token_count.prompt",
  "llm.token_count.completion",
  "openinference.span.kind",
  "llm.model_name",
  "llm.request.model_name",
  "llm.response.model_name",
  "llm.provider",
  "llm.system",
  "tool.name",
  "tool.id",
  "agent.name",
  "graph.node.id",
  // Traceloop, LangSmith, Mastra, the AI SDK's own older names.
  "traceloop.span.kind",
  "traceloop.workflow.name",
  "traceloop.entity.name",
  "langsmith.span.kind",
  "mastra.span.type",
  "ai.operationId",
  "ai.usage.promptTokens",
  "ai.usage.completionTokens",
  "ai.model.id",
  "ai.model.provider",
  "ai.toolCall.name",
  "ai.toolCall.id",
  "ai.telemetry.functionId",
  // MCP.
  "mcp.method.name",
  "network.transport",
  // How it ended.
  "error.type",
  "exception.type",
  // HTTP, the stable names and the ones before them.
  "http.request.method",
  "http.method",
  "http.response.status_code",
  "http.status_code",
  "http.request.resend_count",
  "http.route",
  "url.template",
  "url.scheme",
  "http.scheme",
  "server.address",
  "net.peer.name",
  "server.port",
  "net.peer.port",
  "peer.service",
  // RPC.
  "rpc.system",
  "rpc.system.name",
  "rpc.service",
  "rpc.method",
  "rpc.response.status_code",
  "rpc.grpc.status_code",
  // Databases.
  "db.system.name",
  "db.system",
  "db.namespace",
  "db.name",
  "db.collection.name",
  "db.operation.name",
  "db.operation",
  // Messaging.
  "messaging.operation.name",
  "messaging.operation.type",
  "messaging.operation",
  "messaging.destination.name",
  "messaging.destination.template",
  // Durable engines and queues.
  "restate.invocation.id",
  "restate.invocation.target",
  "restate.run.name",
  "bullmq.queue.name",
  "bullmq.queue.operation",
  "bullmq.job.attempts.made",
  "bullmq.job.attempts_made",
  "inngest.step.id",
  "inngest.step.attempt",
  "dbos.operation.type",
  "dbos.operation.name",
  "operationType",
  "operationName",
] as const;

const RESOURCE_KEYS = [
  "service.name",
  "service.instance.id",
  "gen_ai.main_agent.id",
  "gen_ai.main_agent.name",
] as const;

export type AttributeKey = (typeof ATTRIBUTE_KEYS)[number];

export type ResourceKey = (typeof RESOURCE_KEYS)[number];

export const ALLOWED_ATTRIBUTES: readonly string[] = ATTRIBUTE_KEYS;

export const ALLOWED_RESOURCE_ATTRIBUTES: readonly string[] = RESOURCE_KEYS;

const attributeKeys: ReadonlySet<string> = new Set(ATTRIBUTE_KEYS);
const resourceKeys: ReadonlySet<string> = new Set(RESOURCE_KEYS);

export function isAllowedAttribute(key: string): key is AttributeKey {
  return attributeKeys.has(key);
}

export function isAllowedResourceAttribute(key: string): key is ResourceKey {
  return resourceKeys.has(key);
}

/** Whether a key may be read at all, of a span or of its resource. */
export function isAllowed(key: string): key is AttributeKey | ResourceKey {
  return attributeKeys.has(key) || resourceKeys.has(key);
}
