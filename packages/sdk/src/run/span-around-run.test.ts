import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { TracerProvider } from "sdk3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createHeadway } from "../create-headway.ts";
import { HeadwaySpanProcessor } from "../otel/index.ts";
import { SIGNAL_SOURCE } from "../signal-source.ts";

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});

afterAll(() => {
  context.disable();
  trace.disable();
});

it("counts a tool's span and the run inside it as one call and one attempt", async () => {
  await using headway = createHeadway({ reportIntervalMs: 600_000 });
  const provider = new TracerProvider({ spanProcessors: [new HeadwaySpanProcessor(headway)] });
  const attributes = { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "lookup" };
  await provider
    .getTracer("test")
    .startActiveSpan("execute_tool lookup", { attributes }, async (span) => {
      await headway.run({ dependency: "tool:lookup" }, () => Promise.resolve());
      span.end();
    });
  const source = headway[SIGNAL_SOURCE];
  const { points } = source.recorder.take(source.now());
  const count = (signal: string): number =>
    points
      .filter((point) => point.signal === signal)
      .reduce((sum, { value }) => sum + (typeof value === "number" ? value : value.count), 0);
  expect(count("headway.attempt.duration")).toBe(1);
  expect(count("headway.call.duration")).toBe(1);
});
