import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "sdk3";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { openSelfTracing } from "./self-tracing.ts";
import { createService } from "./service.ts";
import type { Service } from "./service.ts";

const exporter = new InMemorySpanExporter();
const loopback = { host: "127.0.0.1", port: 0 };
let service: Service;

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const spanProcessors = [new SimpleSpanProcessor({ exporter })];
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }));
});

afterEach(async () => {
  await service.close();
  exporter.reset();
});

afterAll(() => {
  trace.disable();
  propagation.disable();
  context.disable();
});

async function start(selfTracing: boolean): Promise<string> {
  service = await createService({
    http: loopback,
    grpc: null,
    dataDir: null,
    tickMs: 100,
    selfTracing,
  });
  const { http } = await service.listen();
  return `http://127.0.0.1:${http.port}`;
}

const names = (): string[] => exporter.getFinishedSpans().map(({ name }) => name);
const requests = (): string[] => names().filter((name) => name !== "headway.tick");

describe("self-tracing", () => {
  it("is off unless asked for", async () => {
    const url = await start(false);
    await fetch(`${url}/v1/dependencies`);
    await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200));
    expect(names()).toEqual([]);
  });

  it("names requests by route, and tells neither query nor id nor content", async () => {
    const url = await start(true);
    await fetch(`${url}/v1/dependencies/tool:SECRET?limit=1`);
    await fetch(`${url}/v1/decide`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer SECRET" },
      body: JSON.stringify({ dependency: "tool:SECRET", agent: "SECRET" }),
    });
    await fetch(`${url}/v1/SECRET`);
    const expected = ["GET /v1/dependencies/*", "POST /v1/decide", "GET"];
    await vi.waitFor(() => expect(requests()).toEqual(expected));
    const told = exporter
      .getFinishedSpans()
      .map(({ name, attributes, events, status }) => ({ name, attributes, events, status }));
    expect(JSON.stringify(told)).not.toContain("SECRET");
    expect(told.find(({ name }) => name === "POST /v1/decide")?.attributes).toEqual({
      "http.request.method": "POST",
      "http.route": "/v1/decide",
      "http.response.status_code": 200,
    });
  });

  it("hangs a request below the span of who asked", async () => {
    const url = await start(true);
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
    await fetch(`${url}/healthz`, { headers });
    await vi.waitFor(() => expect(requests()).toEqual(["GET /healthz"]));
    const span = exporter.getFinishedSpans().find(({ name }) => name === "GET /healthz");
    expect(span?.spanContext().traceId).toBe(traceId);
  });

  it("leaves OTLP and streams alone, so that an exporter aimed at the service feeds itself nothing", async () => {
    const url = await start(true);
    for (const signal of ["traces", "metrics"]) {
      const headers = { "content-type": "application/x-protobuf" };
      expect((await fetch(`${url}/v1/${signal}`, { method: "POST", headers })).status).toBe(200);
    }
    const stream = new AbortController();
    await fetch(`${url}/v1/decisions/stream?instance=a`, { signal: stream.signal });
    stream.abort();
    await fetch(`${url}/healthz`);
    await vi.waitFor(() => expect(requests()).toEqual(["GET /healthz"]));
  });

  it("ends the span of a request whose client has left", async () => {
    const url = await start(true);
    const { headers } = await fetch(`${url}/v1/decisions`);
    await fetch(`${url}/v1/decisions?wait=30`, {
      headers: { "if-none-match": headers.get("etag") ?? "" },
      signal: AbortSignal.timeout(100),
    }).catch(() => {});
    await vi.waitFor(() => expect(requests()).toEqual(["GET /v1/decisions", "GET /v1/decisions"]));
  });

  it("tells of ticks", async () => {
    await start(true);
    await vi.waitFor(() => expect(names()).toContain("headway.tick"));
    expect(exporter.getFinishedSpans()[0]?.attributes).toEqual({ "headway.tick.failed": 0 });
  });

  it("says what is missing where the API is not installed", async () => {
    await start(false);
    const missing = openSelfTracing(() => Promise.reject(new Error("not found")));
    await expect(missing).rejects.toMatchObject({ code: "ERR_PEER_MISSING" });
  });
});
