import { setTimeout as sleep } from "node:timers/promises";
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Attributes, Span } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { HeadwaySpanProcessor } from "@headway/sdk/otel";

/**
 * The agents of agents.py, over OpenTelemetry's own SDK. With HEADWAY_SERVICE, their spans go to Headway's processor in
 * this process; without it, to OpenTelemetry's own exporter, and this process knows nothing of Headway.
 */
const SECRET = "SECRET-of-the-agent";
const url = process.env["HEADWAY_SERVICE"];

const sdk = new NodeSDK(
  url === undefined ? {} : { spanProcessors: [new HeadwaySpanProcessor({ url })] },
);
sdk.start();
const tracer = trace.getTracer("agents");

async function within(
  name: string,
  kind: SpanKind,
  attributes: Attributes,
  body: (span: Span) => Promise<void>,
): Promise<void> {
  await tracer.startActiveSpan(name, { kind, attributes }, async (span) => {
    await body(span);
    span.end();
  });
}

async function http(method: string, address: string, status: number): Promise<void> {
  const attributes = {
    "http.request.method": method,
    "server.address": address,
    "url.full": `https://${address}/${SECRET}`,
  };
  await within(method, SpanKind.CLIENT, attributes, async (span) => {
    await sleep(2);
    span.setAttribute("http.response.status_code", status);
    if (status < 400) return;
    span.setAttribute("error.type", String(status));
    span.setStatus({ code: SpanStatusCode.ERROR, message: SECRET });
  });
}

async function chat(): Promise<void> {
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.input.messages": SECRET,
  };
  await within("chat gpt-5", SpanKind.CLIENT, attributes, () =>
    http("POST", "api.openai.com", 200),
  );
}

async function lookUp(failures: number): Promise<void> {
  const attributes = { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "idp_lookup" };
  await within("execute_tool idp_lookup", SpanKind.INTERNAL, attributes, async () => {
    for (let failed = 0; failed < failures; failed += 1) {
      await http("GET", "api.idp.example", 503);
      await sleep(5);
    }
    await http("GET", "api.idp.example", 200);
  });
}

for (const agent of ["kyc", "research"]) {
  for (let turn = 0; turn < 5; turn += 1) {
    const attributes = { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": agent };
    await within(`invoke_agent ${agent}`, SpanKind.INTERNAL, attributes, async () => {
      await chat();
      await lookUp(turn % 3);
      await http("GET", "api.weather.example", 200);
    });
  }
}

await sdk.shutdown();
