import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Metadata } from "@grpc/grpc-js";
import { createHeadway } from "@headway/sdk";
import { HeadwaySpanProcessor } from "@headway/sdk/otel";
import { SpanKind, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { TracerProvider, SimpleSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startLooping } from "./fixtures/looping-process.ts";
import { startService, until, type ServiceProcess } from "./fixtures/service-process.ts";

const MARK = "s3cr3t-mark";

/** Keys under which instrumentations put content, from every convention that the alias table knows. */
const CONTENT_KEYS = [
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.system_instructions",
  "gen_ai.tool.definitions",
  "gen_ai.tool.description",
  "gen_ai.tool.call.arguments",
  "gen_ai.tool.call.result",
  "gen_ai.retrieval.query.text",
  "gen_ai.retrieval.documents",
  "gen_ai.memory.query.text",
  "gen_ai.prompt",
  "gen_ai.completion",
  "gen_ai.agent.description",
  "gen_ai.request.stop_sequences",
  "gen_ai.prompt.variable.name",
  "exception.message",
  "exception.stacktrace",
  "error.message",
  "url.full",
  "url.query",
  "url.path",
  "http.url",
  "http.target",
  "http.request.header.authorization",
  "user_agent.original",
  "client.address",
  "user.id",
  "enduser.id",
  "db.query.text",
  "db.statement",
  "db.query.parameter.0",
  "messaging.message.body",
  "mcp.resource.uri",
  "process.command_line",
  "input.value",
  "output.value",
  "llm.input_messages.0.message.content",
  "llm.output_messages.0.message.content",
  "llm.prompts",
  "llm.invocation_parameters",
  "llm.prompt_template.template",
  "tool.parameters",
  "tool.description",
  "metadata",
  "document.content",
  "tag.tags",
  "traceloop.entity.input",
  "traceloop.entity.output",
  "traceloop.association.properties.user",
  "ai.prompt",
  "ai.prompt.messages",
  "ai.response.text",
  "ai.response.object",
  "ai.toolCall.args",
  "ai.toolCall.result",
  "bullmq.job.result",
  "bullmq.job.failed.reason",
  "langsmith.metadata",
  "__proto__",
  "constructor",
  "some.unknown.key",
];

let service: ServiceProcess;
let dataDir: string;
let relay: Server;
let relayUrl: string;
const outgoing: Buffer[] = [];

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "headway-privacy-"));
  service = await startService({ dataDir, policy: "defaults:\n  mode: enforce\n" });
  // Stands between the process and the service, so that what goes out can be looked at byte by byte.
  relay = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      outgoing.push(
        body,
        Buffer.from(JSON.stringify(request.headers)),
        Buffer.from(request.url ?? ""),
      );
      const headers = { "content-type": request.headers["content-type"] ?? "text/plain" };
      fetch(`${service.url}${request.url}`, {
        method: request.method ?? "GET",
        headers,
        ...(body.length > 0 && { body }),
      })
        .then(async (answer) => {
          response.writeHead(answer.status, {
            "content-type": answer.headers.get("content-type") ?? "",
          });
          for await (const chunk of answer.body ?? []) response.write(chunk);
          response.end();
        })
        .catch(() => response.destroy());
    });
  }).listen(0, "127.0.0.1");
  await once(relay, "listening");
  const address = relay.address();
  relayUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
});

afterAll(async () => {
  await service.stop();
  relay.closeAllConnections();
  relay.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** One workflow with a mark in every place that can hold content. */
function speak(tracer: Tracer, tool: string): void {
  const content = Object.fromEntries(CONTENT_KEYS.map((key) => [key, `${MARK} in ${key}`]));
  const agent = tracer.startSpan("invoke_agent kyc", {
    attributes: { ...content, "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "kyc" },
  });
  for (let index = 0; index < 5; index += 1) {
    const span = tracer.startSpan(`POST /v1/${MARK}?q=${MARK}`, {
      kind: SpanKind.CLIENT,
      attributes: {
        ...content,
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": tool,
        "http.response.status_code": 500,
      },
    });
    span.addEvent("exception", {
      "exception.type": "IdpError",
      "exception.message": MARK,
      "exception.stacktrace": MARK,
    });
    span.addEvent("gen_ai.user.message", { content: MARK });
    span.addEvent(MARK, content);
    span.setStatus({ code: SpanStatusCode.ERROR, message: MARK });
    span.end();
  }
  agent.end();
}

async function exportWith(exporter: SpanExporter, tool: string): Promise<void> {
  const provider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  speak(provider.getTracer("test", "1"), tool);
  await provider.shutdown();
}

const isKnown = async (id: string): Promise<boolean> => {
  const answer = await fetch(`${service.url}/v1/dependencies?limit=1000`);
  return (await answer.text()).includes(`"${id}"`);
};

/** Every way in which a number of 48 bits may be written. */
function spellings(digest: number): Buffer[] {
  const whole = Buffer.alloc(8);
  whole.writeBigUInt64BE(BigInt(digest));
  const double = Buffer.alloc(8);
  double.writeDoubleBE(digest);
  const varint: number[] = [];
  for (let rest = digest; rest > 0; rest = Math.floor(rest / 128))
    varint.push((rest % 128) + (rest >= 128 ? 128 : 0));
  const bytes = whole.subarray(2);
  return [
    Buffer.from(String(digest)),
    Buffer.from(digest.toString(16)),
    Buffer.from(bytes.toString("base64")),
    Buffer.from(varint),
    bytes,
    Buffer.from(bytes).reverse(),
    double,
    Buffer.from(double).reverse(),
  ];
}

describe("the loop digest", () => {
  it("tells that arguments are the same; they, and it, leave no process", async () => {
    const agents = [startLooping(relayUrl, MARK), startLooping(relayUrl, MARK)];
    const saidSo = (): boolean => Buffer.concat(outgoing).includes("headway.digest");
    await until(
      () => Promise.resolve(saidSo()),
      (said) => said,
    );
    const [one, two] = await Promise.all(agents.map((agent) => agent.end()));
    // One digest each, of one and the same arguments: a key of its own in each process.
    expect([one?.length, two?.length]).toEqual([1, 1]);
    expect(one).not.toEqual(two);
    const sent = Buffer.concat(outgoing);
    expect(sent.includes(MARK)).toBe(false);
    for (const digest of [...one!, ...two!])
      for (const spelling of spellings(digest)) expect(sent.includes(spelling)).toBe(false);
  });
});

describe("content", () => {
  it("comes in over gRPC, protobuf and JSON, and each batch is understood", async () => {
    const headers = { "x-note": MARK, baggage: `note=${MARK}` };
    const metadata = new Metadata();
    for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
    await exportWith(
      new GrpcExporter({ url: `http://${service.grpcAddress}`, metadata }),
      "by_grpc",
    );
    await exportWith(
      new ProtobufExporter({ url: `${service.url}/v1/traces?note=${MARK}`, headers }),
      "by_protobuf",
    );
    await exportWith(
      new JsonExporter({ url: `${service.url}/v1/traces?note=${MARK}`, headers }),
      "by_json",
    );
    for (const name of ["by_grpc", "by_protobuf", "by_json"]) {
      await until(
        () => isKnown(`tool:${name}`),
        (known) => known,
      );
    }
  });

  it("goes through live spans and the hook, and the signals arrive", async () => {
    await using headway = createHeadway({ url: relayUrl, agent: "kyc" });
    const provider = new TracerProvider({
      spanProcessors: [new HeadwaySpanProcessor(headway)],
    });
    speak(provider.getTracer("test", "1"), "live");
    await headway.run({ dependency: "tool:hooked" }, async () => MARK);
    await headway
      .run({ dependency: "tool:hooked" }, async () => {
        throw new Error(MARK);
      })
      .catch(() => undefined);
    await until(
      () => isKnown("tool:live"),
      (known) => known,
    );
    await until(
      () => isKnown("tool:hooked"),
      (known) => known,
    );
    await provider.shutdown();
    expect(outgoing.length).toBeGreaterThan(0);
  });

  it("sent as rubbish is refused without being repeated", async () => {
    for (const [type, body] of [
      ["application/json", `{"${MARK}": ${MARK}`],
      ["application/x-protobuf", `\u0001${MARK}`],
      ["text/plain", MARK],
    ] as const) {
      const answer = await fetch(`${service.url}/v1/traces`, {
        method: "POST",
        headers: { "content-type": type },
        body,
      });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(await answer.text()).not.toContain(MARK);
    }
  });

  it("is in no report that left the process", () => {
    expect(Buffer.concat(outgoing).includes(MARK)).toBe(false);
  });

  it("is in no response", async () => {
    const answer = await fetch(`${service.url}/openapi.json`);
    const openapi = (await answer.json()) as { paths: Record<string, { get?: unknown }> };
    const paths = Object.keys(openapi.paths).filter(
      (path) => openapi.paths[path]?.get !== undefined && !/stream|\{|^\/v1\/live$/.test(path),
    );
    const asked = [
      ...paths,
      "/",
      "/metrics",
      "/v1/signals?dependency=tool:live",
      "/v1/history?dependency=tool:live",
      `/v1/live?at=${new Date(Date.now() - 2_000).toISOString()}`,
      "/v1/dependencies/tool:by_json",
    ];
    for (const path of new Set(asked)) {
      const text = await (await fetch(`${service.url}${path}`)).text();
      expect(text.includes(MARK), path).toBe(false);
    }
  });

  it("is in no line that the service printed, and in no file that it wrote", async () => {
    await service.stop("SIGTERM");
    expect(service.output()).not.toContain(MARK);
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      expect(readFileSync(join(file.parentPath, file.name)).includes(MARK), file.name).toBe(false);
    }
  });
});
