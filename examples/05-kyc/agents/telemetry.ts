import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { BatchSpanProcessor, InMemorySpanExporter } from "@opentelemetry/sdk-trace";
import type { SpanProcessor } from "@opentelemetry/sdk-trace";

/** What both variants have: OpenTelemetry for Node, the instrumentation of undici (hence of `fetch`) and a batch exporter. */
export function startTelemetry(
  serviceName: string,
  processors: readonly SpanProcessor[] = [],
): void {
  // Stands for the tracing backend: a run makes a few thousand spans a process, which memory can hold.
  const exporter = new InMemorySpanExporter();
  const sdk = new NodeSDK({
    serviceName,
    spanProcessors: [new BatchSpanProcessor({ exporter }), ...processors],
    instrumentations: [new UndiciInstrumentation()],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
}
