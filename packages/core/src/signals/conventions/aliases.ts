import type { AttributeKey } from "../allow-list.ts";

/**
 * One field, every name that emitters in the field give it, newest first. Semantic conventions are renamed faster than
 * instrumentations are upgraded, so all of them occur at once.
 */
export const ALIASES = {
  provider: [
    "gen_ai.provider.name",
    "gen_ai.system",
    "llm.provider",
    "llm.system",
    "ai.model.provider",
  ],
  model: [
    "gen_ai.request.model",
    "llm.request.model_name",
    "llm.model_name",
    "ai.model.id",
    "gen_ai.response.model",
    "llm.response.model_name",
  ],
  tool: ["gen_ai.tool.name", "tool.name", "ai.toolCall.name"],
  toolCall: ["gen_ai.tool.call.id", "tool.id", "ai.toolCall.id"],
  agent: ["gen_ai.agent.name", "gen_ai.agent.id", "agent.name", "graph.node.id"],
  workflow: ["gen_ai.workflow.name", "traceloop.workflow.name"],
  httpMethod: ["http.request.method", "http.method"],
  httpStatus: ["http.response.status_code", "http.status_code"],
  httpRoute: ["url.template", "http.route"],
  scheme: ["url.scheme", "http.scheme"],
  host: ["server.address", "net.peer.name", "peer.service"],
  port: ["server.port", "net.peer.port"],
  rpcSystem: ["rpc.system.name", "rpc.system"],
  rpcStatus: ["rpc.response.status_code", "rpc.grpc.status_code"],
  dbSystem: ["db.system.name", "db.system"],
  dbNamespace: ["db.namespace", "db.name"],
  dbOperation: ["db.operation.name", "db.operation"],
  messagingOperation: [
    "messaging.operation.type",
    "messaging.operation",
    "messaging.operation.name",
  ],
  destination: ["messaging.destination.template", "messaging.destination.name"],
  tokensIn: [
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.token_count.prompt",
    "ai.usage.promptTokens",
  ],
  tokensOut: [
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "llm.token_count.completion",
    "ai.usage.completionTokens",
  ],
  dbosType: ["dbos.operation.type", "operationType"],
  dbosName: ["dbos.operation.name", "operationName"],
  bullmqAttempts: ["bullmq.job.attempts.made", "bullmq.job.attempts_made"],
} as const satisfies Record<string, readonly AttributeKey[]>;
