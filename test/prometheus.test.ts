import { createServer, type Server } from "node:http";
import { decodeReports, type SignalPoint, SIGNALS } from "@headway/core/signals";
import { HeadwaySpanProcessor, recordToMeter } from "@headway/sdk/otel";
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { TracerProvider } from "sdk3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  hasPrometheus,
  type PrometheusProcess,
  startPrometheus,
} from "./fixtures/prometheus-process.ts";

const canRun = hasPrometheus();

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no address");
  return address.port;
}

/** An agent at work: a tool that fails and is tried again, and a model. */
function work(tracer: Tracer): void {
  const agent = tracer.startSpan("invoke_agent kyc", {
    attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "kyc" },
  });
  const inside = trace.setSpan(ROOT_CONTEXT, agent);
  for (const code of [SpanStatusCode.ERROR, SpanStatusCode.ERROR, SpanStatusCode.OK]) {
    const attributes = {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "idp_lookup",
      "gen_ai.tool.call.arguments": "MARK",
    };
    tracer
      .startSpan("execute_tool idp_lookup", { attributes }, inside)
      .setStatus({ code, message: "MARK" })
      .end();
  }
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.input.messages": "MARK",
  };
  tracer.startSpan("chat gpt-5", { kind: SpanKind.CLIENT, attributes }, inside).end();
  tracer.startSpan("chat gpt-5", { kind: SpanKind.CLIENT, attributes }, inside);
  agent.end();
}

describe.skipIf(!canRun)("the signals in a Prometheus", () => {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const target = createServer((request, response) =>
    exporter.getMetricsRequestHandler(request, response),
  );
  const sent: Uint8Array[] = [];
  let prometheus: PrometheusProcess;

  beforeAll(async () => {
    const port = await listen(target);
    prometheus = await startPrometheus(
      `scrape_configs: [{ job_name: headway, scrape_interval: 500ms, scrape_timeout: 400ms, static_configs: [{ targets: ["127.0.0.1:${port}"] }] }]\n`,
    );
  });

  afterAll(async () => {
    await prometheus.stop();
    target.close();
  });

  it("are the numbers of the reports that the service got", async () => {
    const capture = (_url: string | URL, init?: { body?: unknown }): Promise<Response> => {
      if (init?.body instanceof Uint8Array) sent.push(init.body.slice());
      return Promise.resolve(new Response());
    };
    const processor = new HeadwaySpanProcessor({
      url: "http://127.0.0.1:4390",
      instance: "kyc-1",
      reportIntervalMs: 3_600_000,
      fetch: capture,
    });
    const stop = recordToMeter(processor, new MeterProvider({ readers: [exporter] }));
    const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer("gen_ai");
    for (let window = 0; window < 3; window += 1) {
      work(tracer);
      await processor.forceFlush();
    }
    const points = totalled(sent);
    expect(points.length).toBeGreaterThan(10);
    const last = points.find(({ signal }) => signal === "headway.attempt.active")!;
    await prometheus.settled(`${seriesName(last)} == ${Number(last.value)}`, 1);
    for (const point of points) {
      for (const [suffix, value] of numbersOf(point)) {
        const expression = `${seriesName(point)}${suffix}{${labelsOf(point)}}`;
        const [sample] = await prometheus.settled(expression, 1);
        expect([expression, Number(sample!.value[1])]).toEqual([
          expression,
          expect.closeTo(value, 9),
        ]);
      }
    }
    expect(JSON.stringify(await prometheus.query('{job="headway"}'))).not.toContain("MARK");
    stop();
    await processor.shutdown();
  }, 60_000);
});

/** Over all reports: sums and histograms added up, gauges as they were last. */
function totalled(bodies: readonly Uint8Array[]): readonly SignalPoint[] {
  const totals = new Map<string, SignalPoint>();
  let lastReport: readonly SignalPoint[] = [];
  for (const body of bodies) {
    const decoded = decodeReports(body, "protobuf");
    if (!decoded.ok) throw new Error(decoded.message);
    for (const { points } of decoded.reports) {
      lastReport = points;
      for (const point of points) {
        if (SIGNALS[point.signal].type === "gauge") continue;
        const key = JSON.stringify([point.signal, point.attributes]);
        totals.set(key, added(totals.get(key), point));
      }
    }
  }
  return [
    ...totals.values(),
    ...lastReport.filter(({ signal }) => SIGNALS[signal].type === "gauge"),
  ];
}

function added(before: SignalPoint | undefined, point: SignalPoint): SignalPoint {
  if (before === undefined) return point;
  if (typeof before.value === "number" || typeof point.value === "number")
    return { ...point, value: Number(before.value) + Number(point.value) };
  return {
    ...point,
    value: {
      ...point.value,
      count: before.value.count + point.value.count,
      sum: before.value.sum + point.value.sum,
    },
  };
}

function seriesName({ signal }: SignalPoint): string {
  return `${signal.replaceAll(".", "_")}${SIGNALS[signal].type === "sum" ? "_total" : ""}`;
}

function labelsOf({ attributes }: SignalPoint): string {
  return Object.entries(attributes)
    .map(
      ([name, value]) =>
        `${name === "overflow" ? "otel_metric_overflow" : `headway_${name}`}="${value}"`,
    )
    .join(",");
}

function numbersOf({ value }: SignalPoint): readonly (readonly [string, number])[] {
  return typeof value === "number"
    ? [["", value]]
    : [
        ["_count", value.count],
        ["_sum", value.sum],
      ];
}
