/**
 * 1. Spans in, decisions out. A span processor beside your own tells Headway how agents call, never what they say; then anybody
 *    can ask how a dependency is doing, and what to do about it, with curl.
 */
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { HeadwaySpanProcessor } from "@headway/sdk/otel";
import { createService } from "@headway/service";
import { SpanStatusCode, trace } from "@opentelemetry/api";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { BatchSpanProcessor, InMemorySpanExporter } from "@opentelemetry/sdk-trace";

// `npm start` runs the same service on port 4390; here it takes a free port and keeps its state in memory.
const service = await createService({
  http: { host: "127.0.0.1", port: 0 },
  grpc: null,
  dataDir: null,
});
const { http } = await service.listen();
const headwayUrl = `http://${http.host}:${http.port}`;

// `spanProcessors` replaces the exporter that NodeSDK makes by default, so your own stands here too.
const sdk = new NodeSDK({
  serviceName: "weather-agent",
  spanProcessors: [
    new BatchSpanProcessor({ exporter: new InMemorySpanExporter() }),
    new HeadwaySpanProcessor({ url: headwayUrl }),
  ],
  instrumentations: [new UndiciInstrumentation()],
  metricReaders: [],
  logRecordProcessors: [],
});
sdk.start();
const tracer = trace.getTracer("weather-agent");

// The dependency: every fourth request fails.
let requests = 0;
const weather = createServer((_request, response) => {
  requests += 1;
  setTimeout(() => response.writeHead(requests % 4 === 0 ? 503 : 200).end(), 20);
});
await new Promise<void>((listening) => weather.listen(0, "127.0.0.1", listening));
const address = weather.address();
const weatherUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;

const attributes = { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "get_weather" };
for (let call = 0; call < 40; call += 1) {
  await tracer.startActiveSpan("execute_tool get_weather", { attributes }, async (span) => {
    const response = await fetchTwice(weatherUrl);
    if (!response.ok) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  });
  await pause(25);
}
console.log(`An agent called its tool 40 times; the tool's server saw ${requests} requests.`);

const path = "/v1/dependencies";
let items = await readItems(path);
for (let tries = 0; items.length === 0 && tries < 50; tries += 1) {
  await pause(100);
  items = await readItems(path);
}
console.log(`\n$ curl ${headwayUrl}${path}\n${JSON.stringify(items, null, 2)}`);

const decide = `${headwayUrl}/v1/decide`;
const question = { dependency: "tool:get_weather", priority: 3 };
const verdict = await fetch(decide, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(question),
});
console.log(`\n$ curl ${decide} --json '${JSON.stringify(question)}'\n${await verdict.text()}`);

await sdk.shutdown();
await service.close();
weather.close();
weather.closeAllConnections();

async function fetchTwice(url: string): Promise<Response> {
  const response = await fetch(url);
  return response.ok ? response : fetch(url);
}

async function readItems(path: string): Promise<readonly object[]> {
  const response = await fetch(headwayUrl + path);
  const body: { readonly items: readonly object[] } = JSON.parse(await response.text());
  return body.items;
}
