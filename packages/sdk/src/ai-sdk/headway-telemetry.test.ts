import { generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { APICallError } from "@ai-sdk/provider";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHeadway } from "../create-headway.ts";
import { FixtureService, iso, wireDecision } from "../fixtures/fixture-service.ts";
import { reportedAttempts } from "../fixtures/reported-attempts.ts";
import type { Headway } from "../headway.ts";
import { NotNow } from "../not-now.ts";
import { headwayTelemetry } from "./headway-telemetry.ts";
import { modelDependency } from "./model-dependency.ts";

const MODEL = "model:openai/gpt-5";
let service: FixtureService;
let headway: Headway;

beforeEach(async () => {
  service = await new FixtureService().listen();
  headway = createHeadway({ url: service.url, waitMs: 0, reportIntervalMs: 60_000 });
  await new Promise<void>((resolve) => {
    headway.on("connected", () => resolve());
  });
});

afterEach(async () => {
  await headway.close();
  await service.close();
});

async function decide(dependency: string, change: object): Promise<void> {
  const arrived = new Promise<void>((resolve) => {
    headway.on("decision", () => resolve());
  });
  const scope = { dependency, priority: { from: 1, to: 5 } };
  service.change({ decisions: [wireDecision({ scope, ...change })] });
  await arrived;
}

const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

type Generated = Awaited<ReturnType<InstanceType<typeof MockLanguageModelV4>["doGenerate"]>>;

function answer(...content: Generated["content"]): Generated {
  const reason = content[0]?.type === "tool-call" ? "tool-calls" : "stop";
  return { content, finishReason: { unified: reason, raw: reason }, usage: USAGE, warnings: [] };
}

function model(doGenerate: () => Promise<Generated>): MockLanguageModelV4 {
  return new MockLanguageModelV4({ provider: "openai.responses", modelId: "gpt-5", doGenerate });
}

function telemetry() {
  return { functionId: "researcher", integrations: [headwayTelemetry(headway)] };
}

function throttled(): APICallError {
  return new APICallError({
    message: "slow down",
    url: "http://x.example",
    requestBodyValues: {},
    statusCode: 429,
    responseHeaders: { "retry-after-ms": "1" },
  });
}

describe("the AI SDK's calls", () => {
  it("are measured once per attempt, retries of the SDK included", async () => {
    let tries = 0;
    const flaky = model(async () => {
      tries += 1;
      if (tries < 3) throw throttled();
      return answer({ type: "text", text: "hello" });
    });
    const { text } = await generateText({ model: flaky, prompt: "x", telemetry: telemetry() });
    expect(text).toBe("hello");
    expect(await reportedAttempts(headway, service)).toEqual({
      [`${MODEL} throttled`]: 2,
      [`${MODEL} ok`]: 1,
    });
  });

  it("are not made while they are held; the SDK itself waits and comes back", async () => {
    await decide(MODEL, { action: "defer", notBefore: iso(60), expiresAt: iso(5_000) });
    let tries = 0;
    const good = model(async () => {
      tries += 1;
      return answer({ type: "text", text: "hello" });
    });
    const startMs = performance.now();
    const { text } = await generateText({ model: good, prompt: "x", telemetry: telemetry() });
    expect([text, tries]).toEqual(["hello", 1]);
    // The SDK's own first back-off is two seconds: less says that it went by what it was told.
    expect(performance.now() - startMs).toBeLessThan(1_500);
  });

  it("fail for good, with the refusal as the cause, where they are shed", async () => {
    await decide(MODEL, { action: "shed" });
    const good = model(async () => answer({ type: "text", text: "hello" }));
    const call = generateText({ model: good, prompt: "x", telemetry: telemetry() });
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ isRetryable: false, cause: { code: "ERR_NOT_NOW" } });
    expect(good.doGenerateCalls).toHaveLength(0);
  });

  it("include tools, whose refusal the model is told of", async () => {
    await decide("tool:lookup", {});
    let isExecuted = false;
    const lookup = tool({
      inputSchema: jsonSchema<{ id: string }>({ type: "object" }),
      execute: async () => {
        isExecuted = true;
        return "found";
      },
    });
    const steps = [
      answer({ type: "tool-call", toolCallId: "c1", toolName: "lookup", input: '{"id":"1"}' }),
      answer({ type: "text", text: "later then" }),
    ];
    const result = await generateText({
      model: model(async () => steps.shift()!),
      tools: { lookup },
      stopWhen: stepCountIs(3),
      prompt: "x",
      telemetry: telemetry(),
    });
    expect(result.text).toBe("later then");
    expect(isExecuted).toBe(false);
    expect(result.steps[0]!.content.some(({ type }) => type === "tool-error")).toBe(true);
  });

  it("include streams", async () => {
    await decide(MODEL, { action: "shed" });
    const streaming = new MockLanguageModelV4({ provider: "openai.responses", modelId: "gpt-5" });
    const errors: unknown[] = [];
    const result = streamText({
      model: streaming,
      prompt: "x",
      telemetry: telemetry(),
      onError: ({ error }) => {
        errors.push(error);
      },
    });
    await result.consumeStream({ onError: () => {} });
    expect(errors[0]).toMatchObject({ cause: { code: "ERR_NOT_NOW" } });
    expect(streaming.doStreamCalls).toHaveLength(0);
  });
});

/** Fails on every key but those allowed. */
function only<T extends object>(allowed: readonly string[], fields: T): T {
  return new Proxy(fields, {
    get: (target, key): unknown => {
      if (typeof key === "string" && !allowed.includes(key)) throw new Error(`read ${key}`);
      return Reflect.get(target, key);
    },
  });
}

it("reads nothing of a call but its names", async () => {
  const hook = headwayTelemetry(headway);
  const execute = async (): Promise<string> => "done";
  const allowed = ["provider", "modelId", "functionId", "execute", "toolCall"];
  const call = { provider: "openai.chat", modelId: "m", functionId: "f", execute, messages: [] };
  expect(await hook.executeLanguageModelCall(only(allowed, call))).toBe("done");
  const toolCall = only(["toolName"], { toolName: "t", input: "secret" });
  expect(await hook.executeTool(only(allowed, { toolCall, execute, messages: [] }))).toBe("done");
});

it("a call without a name is passed through", async () => {
  const hook = headwayTelemetry(headway, { tool: () => undefined });
  const execute = async (): Promise<number> => 1;
  expect(await hook.executeLanguageModelCall({ execute })).toBe(1);
  expect(await hook.executeTool({ toolCall: { toolName: "t" }, execute })).toBe(1);
});

it("a refusal of what a tool calls is left as it is", async () => {
  await decide("tool:inner", {});
  const hook = headwayTelemetry(headway);
  const execute = () => headway.run({ dependency: "tool:inner" }, () => 1);
  const call = hook.executeTool({ toolCall: { toolName: "outer" }, execute });
  await expect(call).rejects.toBeInstanceOf(NotNow);
});

it.each([
  ["openai.responses", "model:openai/m"],
  ["google.vertex.chat", "model:gcp.vertex_ai/m"],
  ["google.generative-ai", "model:gcp.gemini/m"],
  ["Anthropic.messages", "model:anthropic/m"],
  ["amazon-bedrock", "model:aws.bedrock/m"],
  ["ollama.chat", "model:ollama/m"],
  ["openaix.chat", "model:openaix/m"],
])("%s is %s", (provider, expected) => {
  expect(modelDependency(provider, "m")).toBe(expected);
});
