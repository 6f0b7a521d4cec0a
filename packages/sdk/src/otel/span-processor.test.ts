import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { ALLOWED_ATTRIBUTES } from "@headway/core/signals";
import { describe, expect, it } from "vitest";
import { FakeSource, shapeOf } from "./fixtures/fake-source.ts";
import { agentRun, SDK_LINES } from "./fixtures/sdk-lines.ts";
import { SIGNAL_SOURCE } from "../signal-source.ts";
import type { OtelReadableSpan } from "./otel-types.ts";
import { HeadwaySpanProcessor } from "./span-processor.ts";
import { headwaySpanProcessors } from "./span-processors.ts";

function signalsOf(line: (typeof SDK_LINES)[number]): Record<string, number> {
  const source = new FakeSource();
  const tracer = line.provider(new HeadwaySpanProcessor(source)).getTracer("gen_ai");
  agentRun(tracer, (ms) => (source.ms = ms));
  return shapeOf(source.take(1000));
}

const SPAN: OtelReadableSpan = {
  name: "POST",
  kind: SpanKind.CLIENT,
  attributes: {
    "http.request.method": "POST",
    "server.address": "idp.example",
    "http.response.status_code": 200,
  },
  resource: { attributes: { "service.name": "kyc" } },
  status: { code: 0 },
  duration: [0, 250_000_000],
  events: [],
  spanContext: () => ({ traceId: "5b8efff798038103d269b633813fc60c", spanId: "eee19b7ec3c1b174" }),
  instrumentationScope: { name: "@opentelemetry/instrumentation-undici" },
};

describe.each(SDK_LINES)("HeadwaySpanProcessor on SDK $line", (line) => {
  it("gives the signals of what the agent did", () => {
    const signals = signalsOf(line);
    expect(signals).toMatchObject({
      'headway.attempt.duration {"dependency":"model:openai/gpt-5","outcome":"throttled","retry":false}': 1,
      'headway.attempt.duration {"dependency":"model:openai/gpt-5","outcome":"ok","retry":true}': 1,
      'headway.attempt.duration {"dependency":"tool:idp_lookup","outcome":"error","retry":false}': 1,
      'headway.call.duration {"dependency":"model:openai/gpt-5","outcome":"ok"}': 1,
      'headway.agent.attempts {"agent":"kyc","dependency":"model:openai/gpt-5"}': 2,
    });
    expect(JSON.stringify(signals)).not.toContain("MARK");
  });

  it("gives the same signals as on the other lines", () => {
    expect(signalsOf(line)).toEqual(signalsOf(SDK_LINES[0]!));
  });

  it("never lets the application see an error, whatever the recorder throws", () => {
    const source = new FakeSource();
    const processor = new HeadwaySpanProcessor(source);
    const tracer = line.provider(processor).getTracer("any");
    const recorder = source.recorder;
    recorder.spanStarted =
      recorder.spanEnded =
      recorder.spanDropped =
        () => {
          throw new Error("boom");
        };
    expect(() => tracer.startSpan("a").end()).not.toThrow();
    expect(processor.dropped).toBe(2);
  });

  it("asks for an early report when a span failed, and not otherwise", () => {
    const source = new FakeSource();
    const tracer = line.provider(new HeadwaySpanProcessor(source)).getTracer("any");
    tracer.startSpan("good").end();
    expect(source.calls).toEqual([]);
    source.ms = 7;
    tracer.startSpan("bad").setStatus({ code: SpanStatusCode.ERROR }).end();
    // Some adapters have no setStatus: an exception event is all that they leave.
    const thrown = tracer.startSpan("thrown");
    thrown.recordException(new Error("MARK"));
    thrown.end();
    expect(source.calls).toEqual(["urgent 7", "urgent 7"]);
  });

  it("flushes and shuts down through the provider, even where the source fails", async () => {
    for (const onFlush of [
      () => Promise.resolve(),
      () => Promise.reject(new Error("boom")),
      () => {
        throw new Error("boom");
      },
    ]) {
      const source = new FakeSource();
      source.onFlush = onFlush;
      const provider = line.provider(new HeadwaySpanProcessor(source));
      await provider.forceFlush();
      await provider.shutdown();
      expect(source.calls).toEqual(["flush 2000", "close 2000"]);
    }
  });

  it("sees nothing of spans that a sampler drops, and all of them through alwaysRecordSampler", () => {
    const counts = [false, true].map((alwaysRecords) => {
      const source = new FakeSource();
      agentRun(
        line.sampled(new HeadwaySpanProcessor(source), alwaysRecords).getTracer("gen_ai"),
        (ms) => (source.ms = ms),
      );
      return shapeOf(source.take(1000));
    });
    expect(counts).toEqual([{}, signalsOf(line)]);
  });

  it("leaves such spans unsampled, so that exporters still leave them out", () => {
    const source = new FakeSource();
    const span = line
      .sampled(new HeadwaySpanProcessor(source), true)
      .getTracer("any")
      .startSpan("a");
    expect([span.isRecording(), span.spanContext().traceFlags]).toEqual([true, 0]);
  });
});

describe("HeadwaySpanProcessor", () => {
  it("takes the end of a span whose start it never saw", () => {
    const source = new FakeSource();
    source.ms = 5000;
    new HeadwaySpanProcessor(source).onEnd(SPAN);
    const [point] = source
      .take(5001)
      .points.filter(({ signal }) => signal === "headway.attempt.duration");
    expect(point).toMatchObject({
      attributes: { dependency: "http:idp.example", outcome: "ok" },
      value: { count: 1, sum: 0.25 },
    });
  });

  it("takes an end without a start in the form of SDK 1", () => {
    const { instrumentationScope: _, ...rest } = SPAN;
    const source = new FakeSource();
    const processor = new HeadwaySpanProcessor(source);
    processor.onEnd({
      ...rest,
      parentSpanId: "eee19b7ec3c1b173",
      instrumentationLibrary: { name: "@temporalio/interceptor-workflow" },
    });
    expect([processor.dropped, shapeOf(source.take(1))]).toMatchObject([
      0,
      {
        'headway.attempt.duration {"dependency":"http:idp.example","outcome":"ok","retry":false}': 1,
      },
    ]);
  });

  it("shows a span that never ends by its age, then gives it up", () => {
    const source = new FakeSource();
    new HeadwaySpanProcessor(source).onStart({ ...SPAN, duration: [-1, -1] });
    expect(shapeOf(source.take(60_000))).toMatchObject({
      'headway.attempt.active {"dependency":"http:idp.example","priority":3}': 1,
      'headway.attempt.active.age {"dependency":"http:idp.example"}': 1,
    });
    const later = shapeOf(source.take(2_000_000));
    expect(later).toMatchObject({
      'headway.attempt.active {"dependency":"http:idp.example","priority":3}': 0,
      'headway.span.dropped {"reason":"idle"}': 1,
    });
    expect(shapeOf(source.take(2_001_000))).toEqual({});
  });

  it("reads no key outside the allow-list, at start or at end", () => {
    const asked: string[] = [];
    const allowed = new Set<PropertyKey>(ALLOWED_ATTRIBUTES);
    const attributes = new Proxy(SPAN.attributes, {
      get: (target, key) => {
        asked.push(String(key));
        if (!allowed.has(key)) throw new Error(`read ${String(key)}`);
        return Reflect.get(target, key);
      },
      ownKeys: () => {
        throw new Error("listed");
      },
      has: () => {
        throw new Error("searched");
      },
      getOwnPropertyDescriptor: () => {
        throw new Error("described");
      },
    });
    const source = new FakeSource();
    const processor = new HeadwaySpanProcessor(source);
    processor.onStart({ ...SPAN, attributes, duration: [-1, -1] });
    processor.onEnd({ ...SPAN, attributes, status: { code: 2 }, events: [{ name: "exception" }] });
    source.take(1);
    expect(processor.dropped).toBe(0);
    expect(asked).toContain("http.request.method");
  });

  it("counts a span whose attributes cannot be read, and goes on", () => {
    const source = new FakeSource();
    const processor = new HeadwaySpanProcessor(source);
    const broken = {
      ...SPAN,
      attributes: new Proxy(
        {},
        {
          get: () => {
            throw new Error("boom");
          },
        },
      ),
    };
    processor.onStart(broken);
    processor.onEnd(broken);
    processor.onEnd(SPAN);
    expect(processor.dropped).toBe(2);
    expect(shapeOf(source.take(1))).toMatchObject({
      'headway.span.dropped {"reason":"unreadable"}': 2,
      'headway.attempt.duration {"dependency":"http:idp.example","outcome":"ok","retry":false}': 1,
    });
  });

  it("leaves a resource alone whose attributes are still being found, as reading them makes the SDK log an error", () => {
    let reads = 0;
    const resource = {
      asyncAttributesPending: true,
      get attributes() {
        reads += 1;
        return {};
      },
    };
    const processor = new HeadwaySpanProcessor(new FakeSource());
    processor.onStart({ ...SPAN, resource });
    processor.onEnd({ ...SPAN, resource });
    expect([reads, processor.dropped]).toEqual([0, 0]);
  });

  it("hears nothing more after its shutdown, which happens once", async () => {
    const source = new FakeSource();
    const processor = new HeadwaySpanProcessor(source);
    await Promise.all([processor.shutdown(), processor.shutdown()]);
    processor.onStart(SPAN);
    processor.onEnd(SPAN);
    expect(source.calls).toEqual(["close 2000"]);
    expect(source.take(1).points).toEqual([]);
  });

  it("gives up on a flush that hangs, after two seconds", async () => {
    const source = new FakeSource();
    source.onFlush = () => new Promise(() => {});
    const start = performance.now();
    await new HeadwaySpanProcessor(source).forceFlush();
    expect(performance.now() - start).toBeGreaterThan(1900);
    expect(performance.now() - start).toBeLessThan(4000);
  });

  it("sends signals by itself where it is given a url, and never keeps a shutdown waiting for a service that is not there", async () => {
    const bodies: unknown[] = [];
    const fetch = (_url: string | URL, init?: { body?: unknown }) => {
      bodies.push(init?.body);
      return Promise.reject(new Error("refused"));
    };
    const processor = new HeadwaySpanProcessor({
      url: "http://127.0.0.1:1",
      token: "t",
      agent: "kyc",
      instance: "kyc-1",
      fetch,
    });
    processor.onEnd(SPAN);
    await processor.shutdown();
    expect(bodies.length).toBeGreaterThan(0);
  });

  it("names dependencies by rules of its own where it has no hook, and keeps to its limits", async () => {
    const when = { "server.address": "idp.example" };
    const processor = new HeadwaySpanProcessor({
      url: "http://127.0.0.1:1",
      identities: [{ when, dependency: "tool:idp" }],
      limits: { dependencies: 1 },
      fetch: () => Promise.reject(new Error("refused")),
    });
    processor.onEnd(SPAN);
    const elsewhere = { ...SPAN.attributes, "server.address": "other.example" };
    const spanContext = () => ({ ...SPAN.spanContext(), spanId: "eee19b7ec3c1b175" });
    processor.onEnd({ ...SPAN, attributes: elsewhere, spanContext });
    const { points } = processor[SIGNAL_SOURCE].recorder.take(Date.now());
    const attempts = points.filter(({ signal }) => signal === "headway.attempt.duration");
    expect(attempts.map(({ attributes }) => attributes.dependency)).toEqual([
      "tool:idp",
      undefined,
    ]);
    await processor.shutdown();
  });

  it("stands beside the processor that exports, and does not replace it", () => {
    const exporting = {
      onStart() {},
      onEnd() {},
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    };
    expect(headwaySpanProcessors(new FakeSource(), exporting)).toEqual([
      expect.any(HeadwaySpanProcessor),
      exporting,
    ]);
  });
});
