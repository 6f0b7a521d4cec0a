import { SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";
import { afterEach, describe, expect, it } from "vitest";
import { attachToGlobalProvider } from "./attach.ts";
import { FakeSource } from "./fixtures/fake-source.ts";
import { SDK_LINES } from "./fixtures/sdk-lines.ts";
import { HeadwaySpanProcessor } from "./span-processor.ts";

const getTracer = (): Tracer => trace.getTracer("none");
const inert = {
  onStart() {},
  onEnd() {},
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

afterEach(() => trace.disable());

describe("attachToGlobalProvider", () => {
  it.each(SDK_LINES)(
    "adds to a provider of SDK $line that is registered already",
    ({ provider }) => {
      trace.setGlobalTracerProvider(provider(inert));
      const source = new FakeSource();
      expect(attachToGlobalProvider(new HeadwaySpanProcessor(source))).toBe(true);
      trace.getTracer("any").startSpan("failing").setStatus({ code: SpanStatusCode.ERROR }).end();
      expect(source.calls).toEqual(["urgent 0"]);
    },
  );

  it("says false where nothing is registered", () => {
    expect(attachToGlobalProvider(inert)).toBe(false);
  });

  it.each([
    ["has another inside", { getTracer }],
    [
      "has a list that cannot grow",
      { getTracer, _activeSpanProcessor: { _spanProcessors: Object.freeze([]) } },
    ],
    [
      "throws",
      {
        getTracer,
        get _activeSpanProcessor() {
          throw new Error("boom");
        },
      },
    ],
  ])("says false of a provider that %s", (_, provider) => {
    trace.setGlobalTracerProvider(provider);
    expect(attachToGlobalProvider(inert)).toBe(false);
  });
});
