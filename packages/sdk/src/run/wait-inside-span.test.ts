import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { TracerProvider } from "sdk3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createHeadway } from "../create-headway.ts";
import { lease, shape } from "../fixtures/decisions.ts";
import { ManualClock } from "../fixtures/manual-clock.ts";
import { StreamFetch } from "../fixtures/stream-fetch.ts";
import { NotNow } from "../not-now.ts";
import { HeadwaySpanProcessor } from "../otel/index.ts";
import { SIGNAL_SOURCE } from "../signal-source.ts";

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});

afterAll(() => {
  context.disable();
  trace.disable();
});

const CALL = { dependency: "tool:x" };
const TOOL = { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "x" };

it("counts neither in flight nor as an attempt a tool whose call waits inside its span and is refused", async () => {
  const clock = new ManualClock();
  const stream = new StreamFetch(clock);
  await using headway = createHeadway({ url: "http://x.example", clock, fetch: stream.fetch });
  await stream.say([shape()], [lease({ amount: 1 })]);
  const provider = new TracerProvider({ spanProcessors: [new HeadwaySpanProcessor(headway)] });
  const tracer = provider.getTracer("test");
  let leave = (): void => {};
  const holder = headway.run(CALL, () => new Promise<void>((resolve) => (leave = resolve)));
  const swallowed = tracer.startActiveSpan("execute_tool x", { attributes: TOOL }, async (span) => {
    const result = headway.run({ ...CALL, waitMs: 500 }, () => "out");
    const refusal = await result.catch((error: unknown) => error);
    span.end();
    return refusal;
  });
  const source = headway[SIGNAL_SOURCE];
  const said = (signal: string): string[] =>
    source.recorder
      .take(source.now())
      .points.filter((point) => point.signal === signal)
      .map(
        ({ attributes, value }) =>
          `${typeof value === "number" ? value : value.count} ${attributes.outcome ?? ""}`,
      );
  await clock.advance(100);
  expect(said("headway.attempt.active")).toEqual(["1 "]);
  await clock.advance(600);
  expect(await swallowed).toBeInstanceOf(NotNow);
  expect(said("headway.attempt.duration")).toEqual(["1 refused"]);
  leave();
  await holder;
});
