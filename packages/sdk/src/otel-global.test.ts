import { context, createContextKey, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { TracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "sdk3";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { callContext } from "./call-context.ts";
import { createHeadway } from "./create-headway.ts";
import { decision } from "./fixtures/decisions.ts";
import { ManualClock } from "./fixtures/manual-clock.ts";
import { TestContextManager } from "./fixtures/otel-context-manager.ts";
import { StreamFetch } from "./fixtures/stream-fetch.ts";
import { activeContext, activeSpan } from "./otel-global.ts";
import {
  baggagePriority,
  priorityHeader,
  priorityOfHeader,
  withPriority,
} from "./priority-baggage.ts";
import { suppressTracing } from "./suppress-tracing.ts";

const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({
  spanProcessors: [new SimpleSpanProcessor({ exporter })],
});
const tracer = provider.getTracer("test");

describe("without OpenTelemetry", () => {
  it("there is no context and no span, and nothing fails", () => {
    expect(activeContext()).toBeUndefined();
    expect(activeSpan()).toBeUndefined();
    expect(suppressTracing(() => 1)).toBe(1);
    expect(withPriority(1, () => callContext()?.priority)).toBe(1);
    expect(baggagePriority()).toBeUndefined();
  });
});

describe("with OpenTelemetry", () => {
  beforeAll(() => {
    context.setGlobalContextManager(new TestContextManager());
  });
  afterEach(() => exporter.reset());
  afterAll(async () => {
    context.disable();
    await provider.shutdown();
  });

  it("our own requests are not traced", () => {
    suppressTracing(() => {
      expect(tracer.startSpan("ours").isRecording()).toBe(false);
    });
    expect(tracer.startSpan("theirs").isRecording()).toBe(true);
  });

  it("a priority joins the baggage, beside what is there already", () => {
    const entries = (): [string, string][] =>
      propagation
        .getActiveBaggage()!
        .getAllEntries()
        .map(([key, { value }]) => [key, value]);
    expect(withPriority(2, entries)).toEqual([["headway.priority", "2"]]);
    const theirs = propagation.createBaggage({ tenant: { value: "x" } });
    const both = context.with(propagation.setBaggage(ROOT_CONTEXT, theirs), () =>
      withPriority(5, entries),
    );
    expect(both).toEqual([
      ["tenant", "x"],
      ["headway.priority", "5"],
    ]);
  });

  it("a first baggage can be changed as any other", () => {
    const changed = withPriority(1, () => {
      const baggage = propagation.getActiveBaggage()!;
      return [
        baggage.setEntry("a", { value: "1" }).getEntry("a")?.value,
        baggage.removeEntry("headway.priority").getAllEntries().length,
        baggage.clear().getAllEntries().length,
        baggage.getAllEntries().length,
      ];
    });
    expect(changed).toEqual(["1", 0, 0, 1]);
  });

  it("the rest of the context stays as it is", () => {
    const key = createContextKey("theirs");
    context.with(ROOT_CONTEXT.setValue(key, "x"), () => {
      expect(withPriority(1, () => context.active().getValue(key))).toBe("x");
    });
  });

  it.each([
    ["1", 1],
    ["5", 5],
    ["0", undefined],
    ["6", undefined],
    ["3.0", undefined],
  ])("a priority that came in as %j is %j", (value, expected) => {
    const baggage = propagation.createBaggage({ "headway.priority": { value } });
    const read = context.with(propagation.setBaggage(ROOT_CONTEXT, baggage), baggagePriority);
    expect(read).toBe(expected);
  });

  it("a call's span says what a decision did to it", async () => {
    const clock = new ManualClock();
    const stream = new StreamFetch(clock);
    const headway = createHeadway({ url: "http://x.example", clock, fetch: stream.fetch });
    await stream.say([decision({ action: "defer", notBeforeMs: 1_002_000, spreadMs: 0 })]);
    const span = tracer.startSpan("work");
    const call = context.with(trace.setSpan(context.active(), span), () =>
      headway.run({ dependency: "tool:x" }, () => 1),
    );
    await clock.advance(2_000);
    await call;
    span.end();
    expect(exporter.getFinishedSpans()[0]?.attributes).toEqual({
      "headway.action": "defer",
      "headway.reason": "retry_storm",
      "headway.wait": 2,
    });
    await headway.close();
  });

  it("an unrestricted call leaves its span as it is", async () => {
    const headway = createHeadway({ url: "http://127.0.0.1:9" });
    await tracer.startActiveSpan("work", async (span) => {
      await headway.run({ dependency: "tool:x" }, () => 1);
      span.end();
    });
    expect(exporter.getFinishedSpans()[0]?.attributes).toEqual({});
    await headway.close();
  });
});

it.each([
  ["headway.priority=1", 1],
  ["a=b, headway.priority = 4 ;p=q,c=d", 4],
  ["xheadway.priority=1", undefined],
  ["headway.priority=12", undefined],
  ["", undefined],
])("the header %j brings %j", (header, expected) => {
  expect(priorityOfHeader(header)).toBe(expected);
});

it("what is written as a header is read back", () => {
  for (const priority of [1, 2, 3, 4, 5] as const) {
    expect(priorityOfHeader(priorityHeader(priority))).toBe(priority);
  }
});
