import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "sdk3";
import { describe, expect, it } from "vitest";
import { decodeTraces } from "./decode-traces.ts";

/** A model call that is tried twice, with content wherever an instrumentation may put it. */
function recordedSpans() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracer = provider.getTracer("gen_ai", "7.0.0");
  const start = 1_795_331_730_000;
  const call = tracer.startSpan(
    "chat gpt-5",
    { kind: SpanKind.CLIENT, startTime: start, attributes: CALL },
    ROOT_CONTEXT,
  );
  const inside: Context = trace.setSpan(ROOT_CONTEXT, call);
  const attempt = tracer.startSpan(
    "POST",
    { kind: SpanKind.CLIENT, startTime: start + 10, attributes: ATTEMPT },
    inside,
  );
  attempt.recordException({ name: "RateLimitError", message: "MARK", stack: "MARK" }, start + 20);
  attempt.setStatus({ code: SpanStatusCode.ERROR, message: "MARK" });
  attempt.end(start + 35);
  call.end(start + 2035.5);
  return exporter.getFinishedSpans();
}

const CALL = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-5",
  "gen_ai.input.messages": '[{"role":"user","content":"MARK"}]',
  "gen_ai.response.finish_reasons": ["stop"],
  nested: { deep: [{ MARK: "MARK" }], bytes: Uint8Array.of(1, 2, 3) },
};

const ATTEMPT = {
  "http.request.method": "POST",
  "server.address": "api.openai.com",
  "server.port": 443,
  "url.full": "https://MARK",
  "http.response.status_code": 429,
};

describe.each([
  { encoding: "protobuf", serializer: ProtobufTraceSerializer },
  { encoding: "json", serializer: JsonTraceSerializer },
] as const)("OTel JS' own $encoding bytes", ({ encoding, serializer }) => {
  it("decode to what derivation needs, without the content", () => {
    const spans = recordedSpans();
    const decoded = decodeTraces(serializer.serializeRequest([...spans])!, encoding);
    expect(decoded).toMatchObject({
      ok: true,
      rejected: 0,
      spans: [
        {
          name: "POST",
          scope: "gen_ai",
          kind: 2,
          failed: true,
          exceptionType: "RateLimitError",
          startMs: 1_795_331_730_010,
          durationMs: 25,
          traceId: spans[0]!.spanContext().traceId,
          spanId: spans[0]!.spanContext().spanId,
          parentSpanId: spans[1]!.spanContext().spanId,
          attributes: {
            "http.request.method": "POST",
            "server.address": "api.openai.com",
            "server.port": 443,
            "http.response.status_code": 429,
          },
        },
        {
          name: "chat gpt-5",
          failed: false,
          parentSpanId: undefined,
          exceptionType: undefined,
          durationMs: 2035.5,
          attributes: {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-5",
          },
        },
      ],
    });
    expect(JSON.stringify(decoded)).not.toContain("MARK");
    expect(JSON.stringify(decoded)).not.toContain("finish_reasons");
  });
});
