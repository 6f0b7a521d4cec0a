import { describe, expect, it } from "vitest";
import { providerName } from "./conventions/provider.ts";
import { compileRules, identify } from "./identify.ts";
import { SPAN_KIND, type SpanView } from "./span-view.ts";

function span(attributes: Record<string, unknown>, rest: Partial<SpanView> = {}): SpanView {
  return {
    traceId: "t",
    spanId: "s",
    parentSpanId: undefined,
    kind: SPAN_KIND.client,
    name: "",
    scope: "",
    attributes,
    resource: {},
    failed: false,
    exceptionType: undefined,
    durationMs: undefined,
    ...rest,
  };
}

const chat = { "gen_ai.operation.name": "chat" };
const get = { "http.request.method": "GET" };

describe("a provider's name", () => {
  it.each([
    ["azure.ai.openai", "azure.ai.openai"],
    ["azure.chat", "azure.ai.inference"],
    ["azure-openai.responses", "azure.ai.openai"],
    ["google.generative-ai.chat", "gcp.gemini"],
    ["google-vertex", "gcp.vertex_ai"],
    ["gcp.vertex_ai", "gcp.vertex_ai"],
    ["xai.chat", "x_ai"],
    ["house.chat", "house"],
  ])("%s is %s", (raw, name) => {
    expect(providerName(raw)).toBe(name);
  });
});

describe("a span's dependency", () => {
  it.each([
    [
      {
        ...chat,
        "gen_ai.request.model": "projects/p/locations/eu/publishers/google/models/gemini-3",
      },
      "model:gcp.gemini/gemini-3",
    ],
    [{ ...chat, "gen_ai.request.model": "models/gemini-3" }, "model:gcp.gemini/gemini-3"],
    [
      { ...chat, "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-5" },
      "model:openai/gpt-5",
    ],
    [{ ...chat, "gen_ai.system": "OpenAI", "gen_ai.request.model": "gpt-5" }, "model:openai/gpt-5"],
    [
      { ...chat, "gen_ai.provider.name": "openai.responses", "gen_ai.request.model": "gpt-5" },
      "model:openai/gpt-5",
    ],
    [
      { ...chat, "gen_ai.provider.name": "aws.bedrock", "gen_ai.request.model": "claude" },
      "model:aws.bedrock/claude",
    ],
    [
      { ...chat, "gen_ai.provider.name": "amazon-bedrock", "gen_ai.request.model": "claude" },
      "model:aws.bedrock/claude",
    ],
    [
      {
        ...chat,
        "gen_ai.provider.name": "google.generative-ai",
        "gen_ai.request.model": "gemini-3",
      },
      "model:gcp.gemini/gemini-3",
    ],
    [
      { ...chat, "gen_ai.provider.name": "google.vertex.chat", "gen_ai.request.model": "gemini-3" },
      "model:gcp.vertex_ai/gemini-3",
    ],
    [
      { ...chat, "gen_ai.provider.name": "constructor", "gen_ai.request.model": "m" },
      "model:constructor/m",
    ],
    [{ ...chat, "gen_ai.request.model": "claude-opus-5" }, "model:anthropic/claude-opus-5"],
    [{ ...chat, "gen_ai.response.model": "house-model" }, "model:house-model"],
    [{ ...chat }, "model:unknown"],
    [
      {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "text-embedding-3",
      },
      "model:openai/text-embedding-3",
    ],
    [{ "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search" }, "tool:search"],
    [
      { "gen_ai.operation.name": "retrieval", "gen_ai.data_source.id": "handbook" },
      "retrieval:handbook",
    ],
    [{ "gen_ai.operation.name": "search_memory", "gen_ai.memory.store.id": "m1" }, "memory:m1"],
    [{ "mcp.method.name": "tools/call", "gen_ai.tool.name": "search" }, "tool:search"],
    [{ "mcp.method.name": "tools/list", "network.transport": "pipe" }, "mcp:pipe"],
    [
      { "mcp.method.name": "prompts/get", "server.address": "mcp.example", "server.port": 3000 },
      "mcp:mcp.example:3000",
    ],
    [{ ...get, "server.address": "API.example", "server.port": 443 }, "http:api.example"],
    [
      { ...get, "server.address": "api.example", "server.port": 80, "url.scheme": "https" },
      "http:api.example:80",
    ],
    [{ ...get, "server.address": "api.example", "server.port": 80 }, "http:api.example"],
    [{ ...get, "server.address": "api.example", "server.port": 8080 }, "http:api.example:8080"],
    [
      { "http.method": "GET", "net.peer.name": "api.example", "net.peer.port": 443 },
      "http:api.example",
    ],
    [
      { ...get, "server.address": "a.example", "server.port": 443, "url.scheme": "http" },
      "http:a.example:443",
    ],
    [{ ...get, "server.address": "::1", "server.port": 3000 }, "http:[::1]:3000"],
    [{ ...get }, "http:unknown"],
    [{ "rpc.system": "grpc", "rpc.service": "Prices", "rpc.method": "Get" }, "rpc:Prices"],
    [{ "rpc.system.name": "grpc", "rpc.method": "shop.Prices/Get" }, "rpc:shop.Prices"],
    [{ "db.system.name": "pinecone", "db.namespace": "eu1" }, "db:pinecone/eu1"],
    [{ "db.system": "redis", "server.address": "cache" }, "db:redis/cache"],
    [
      {
        "messaging.system": "sqs",
        "messaging.destination.name": "orders",
        "messaging.operation.type": "send",
      },
      "queue:orders",
    ],
  ])("%j is %s", (attributes, dependency) => {
    expect(identify(span(attributes)).dependency).toBe(dependency);
  });

  it.each([
    ["an operation nobody knows", { "gen_ai.operation.name": "constructor" }],
    ["a plan", { "gen_ai.operation.name": "plan" }],
    ["a step of an agent", { "gen_ai.operation.name": "agent_step" }],
    [
      "waiting for a message",
      { "messaging.destination.name": "orders", "messaging.operation.type": "receive" },
    ],
    ["a guardrail", { "openinference.span.kind": "GUARDRAIL" }],
    [
      "a queue's housekeeping",
      { "bullmq.queue.name": "mail", "bullmq.queue.operation": "extendLocks" },
    ],
  ])("is none of %s", (_what, attributes) => {
    expect(identify(span(attributes, { kind: SPAN_KIND.internal }))).toMatchObject({
      layer: "other",
      dependency: "",
    });
  });

  it("is none of what serves a request, whatever else it says", () => {
    const served = span(
      { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search" },
      { kind: SPAN_KIND.server },
    );
    expect(identify(served).layer).toBe("other");
  });

  it("is never read from a span's name of an unknown scope", () => {
    expect(identify(span({}, { name: "GET /users/4711" }))).toMatchObject({
      layer: "other",
      weak: true,
    });
  });

  it("tells the operation apart by method and template, never by path", () => {
    expect(identify(span({ ...get, "url.template": "/users/{id}" })).operation).toBe(
      "GET /users/{id}",
    );
    expect(identify(span({ ...get, "url.path": "/users/4711" })).operation).toBe("GET");
  });
});

describe("the operator's rules", () => {
  const rules = compileRules([
    {
      when: { "server.address": "llm.internal", "http.request.method": "POST" },
      dependency: "model:internal/llm",
    },
    { when: { "service.name": "crawler" }, dependency: "tool:crawl" },
  ]);

  it("win over the conventions, when all of a rule's conditions hold", () => {
    const post = { "http.request.method": "POST", "server.address": "llm.internal" };
    expect(identify(span(post), rules)).toMatchObject({
      layer: "attempt",
      dependency: "model:internal/llm",
    });
    expect(identify(span({ ...post, "http.request.method": "GET" }), rules).dependency).toBe(
      "http:llm.internal",
    );
  });

  it("make a call of what no convention knows", () => {
    const crawled = span({}, { resource: { "service.name": "crawler" }, kind: SPAN_KIND.internal });
    expect(identify(crawled, rules)).toMatchObject({ layer: "call", dependency: "tool:crawl" });
  });

  it("never read a key outside the allow-list, and never match everything", () => {
    expect(
      compileRules([{ when: { "gen_ai.input.messages": "hello" }, dependency: "tool:x" }]),
    ).toEqual([]);
    expect(compileRules([{ when: {}, dependency: "tool:x" }])).toEqual([]);
  });
});
