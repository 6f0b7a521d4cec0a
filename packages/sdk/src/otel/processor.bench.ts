import { type Attributes, ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanExporter,
  TracerProvider,
} from "sdk3";
import { HeadwaySpanProcessor } from "./span-processor.ts";

const ROUNDS = 11;
const ROUNDS_WARM = 4;
const SPANS_PER_ROUND = 16_384;
/** A batch of BatchSpanProcessor: it is flushed after each, or its queue of 2,048 would drop what a loop gives it. */
const BATCH = 512;
const REQUESTS_PER_TRACE = 8;

export interface ProcessorBench {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly other: number;
  readonly ratio: number;
}

/** A model request as undici's instrumentation reports it. */
const ATTRIBUTES: Attributes = {
  "http.request.method": "POST",
  "http.request.method_original": "POST",
  "url.full": "https://api.openai.com/v1/responses",
  "url.path": "/v1/responses",
  "url.scheme": "https",
  "server.address": "api.openai.com",
  "server.port": 443,
  "http.response.status_code": 200,
};

type LiveSpan = Span & ReadableSpan;

interface Processor {
  onStart(span: LiveSpan, context: typeof ROOT_CONTEXT): void;
  onEnd(span: LiveSpan): void;
  forceFlush(): Promise<void>;
}

/** What each processor adds to a span: its start, its end, and what it sends, in turns over the same spans. */
export async function benchProcessor(): Promise<ProcessorBench[]> {
  const spans = endedSpans(SPANS_PER_ROUND);
  const ours = new HeadwaySpanProcessor({
    url: "http://127.0.0.1:4390",
    reportIntervalMs: 3_600_000,
    fetch: () => Promise.resolve(new Response()),
  });
  const serializing = new BatchSpanProcessor({
    exporter: exporterTo((batch) => ProtobufTraceSerializer.serializeRequest(batch)),
  });
  const discarding = new BatchSpanProcessor({ exporter: exporterTo(() => undefined) });
  const times: (readonly [number, number, number])[] = [];
  for (let round = 0; round < ROUNDS + ROUNDS_WARM; round += 1) {
    const mine = await nanosPerSpan(ours, spans, SPANS_PER_ROUND);
    const encoded = await nanosPerSpan(serializing, spans, BATCH);
    const discarded = await nanosPerSpan(discarding, spans, BATCH);
    if (round >= ROUNDS_WARM) times.push([mine, encoded, discarded]);
  }
  await Promise.all([ours.shutdown(), serializing.shutdown(), discarding.shutdown()]);
  const [mine, encoded, discarded] = [0, 1, 2].map((i) => median(times.map((row) => row[i]!)));
  return [
    result("span processor against BatchSpanProcessor, OTLP protobuf", mine!, encoded!),
    result(
      "span processor against BatchSpanProcessor, exporter that does nothing",
      mine!,
      discarded!,
    ),
  ];
}

function result(name: string, ours: number, other: number): ProcessorBench {
  return { name, unit: "ns/span", ours, other, ratio: other / ours };
}

function endedSpans(count: number): readonly LiveSpan[] {
  const spans: LiveSpan[] = [];
  const collecting = {
    onStart: (span: LiveSpan) => void spans.push(span),
    onEnd() {},
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const tracer = new TracerProvider({ spanProcessors: [collecting] }).getTracer(
    "@opentelemetry/instrumentation-undici",
  );
  while (spans.length < count) {
    // An agent's step and what it asks over the network; only the requests are measured.
    const step = trace.setSpan(ROOT_CONTEXT, tracer.startSpan("step"));
    spans.pop();
    for (let i = 0; i < REQUESTS_PER_TRACE; i += 1)
      tracer.startSpan("POST", { kind: SpanKind.CLIENT, attributes: ATTRIBUTES }, step).end();
  }
  return spans;
}

async function nanosPerSpan(
  processor: Processor,
  spans: readonly LiveSpan[],
  flushEvery: number,
): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < spans.length; i += 1) {
    const span = spans[i]!;
    processor.onStart(span, ROOT_CONTEXT);
    processor.onEnd(span);
    if ((i + 1) % flushEvery === 0) await processor.forceFlush();
  }
  return ((performance.now() - start) * 1e6) / spans.length;
}

function exporterTo(sink: (batch: ReadableSpan[]) => unknown): SpanExporter {
  return {
    export: (batch, done) => {
      sink(batch);
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- ExportResultCode.SUCCESS, whose package is none of ours.
      done({ code: 0 });
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
