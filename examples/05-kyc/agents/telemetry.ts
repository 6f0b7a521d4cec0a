import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { BatchSpanProcessor, InMemorySpanExporter } from "@opentelemetry/sdk-trace";
import type { SpanProcessor } from "@opentelemetry/sdk-trace";

/** What both variants have: OpenTelemetry for Node, the instrumentation of undici (hence of `fetch`) and a batch exporter. */
export function startTelemetry(
  serviceName: string,
  processors: readonly SpanProcessor[] = [],
): void {
  // Memory stands for the tracing backend where none is named: a run makes a few thousand spans a process.
  const exporter =
    process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] === undefined
      ? new InMemorySpanExporter()
      : new OTLPTraceExporter();
  const sdk = new NodeSDK({
    serviceName,
    spanProcessors: [new BatchSpanProcessor({ exporter }), ...processors],
    instrumentations: [new UndiciInstrumentation()],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
}
