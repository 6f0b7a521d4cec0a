import { describe, expect, it } from "vitest";
import { countsOf, secondsOf, totalsOf } from "./fixtures/play.ts";
import {
  agentOf,
  chatOf,
  httpOf,
  newRecorder,
  play,
  runOf,
  spanOf,
  toolOf,
} from "./fixtures/spans.ts";
import { SPAN_KIND } from "./span-view.ts";

const MODEL = "model:openai/gpt-5";

describe("retries", () => {
  it("of sibling calls are one call, whose duration covers the pause", () => {
    const { recorder, calls } = newRecorder();
    recorder.spanStarted(spanOf("node", undefined), 0);
    play(recorder, chatOf("a", "node", { failed: true }), 0, 100);
    play(recorder, chatOf("b", "node"), 600, 700);
    recorder.spanEnded(spanOf("node", undefined), 800);
    expect(totalsOf(recorder.take(1000))).toEqual({
      [MODEL]: { calls: 1, attempts: 2, retries: 1 },
    });
    expect(calls).toMatchObject([{ startMs: 0, durationMs: 700, outcome: "ok" }]);
  });

  it("are told apart from calls of another dependency, operation or call id", () => {
    const { recorder } = newRecorder();
    const tool = (id: string, call: string) => ({
      ...toolOf(id, "node"),
      attributes: { ...toolOf(id, "node").attributes, "gen_ai.tool.call.id": call },
    });
    recorder.spanStarted(spanOf("node", undefined), 0);
    play(recorder, { ...tool("a", "1"), failed: true }, 1, 2);
    play(recorder, tool("b", "2"), 3, 4);
    play(recorder, toolOf("c", "node", "other"), 5, 6);
    play(recorder, tool("d", "1"), 7, 8);
    recorder.spanEnded(spanOf("node", undefined), 9);
    expect(totalsOf(recorder.take(1000))).toEqual({
      "tool:search": { calls: 2, attempts: 3, retries: 1 },
      "tool:other": { calls: 1, attempts: 1, retries: 0 },
    });
  });

  it.each(["cancelled", "refused", "ok"] as const)(
    "never follow an attempt that was %s",
    (outcome) => {
      const { recorder } = newRecorder();
      const parent = recorder.runStarted(runOf("http:x"), 0);
      recorder.runEnded(recorder.runStarted(runOf("tool:search", { parent }), 1), { outcome }, 2);
      recorder.runEnded(
        recorder.runStarted(runOf("tool:search", { parent }), 3),
        { outcome: "ok" },
        4,
      );
      recorder.runEnded(parent, { outcome: "ok" }, 5);
      expect(totalsOf(recorder.take(1000))["tool:search"]).toEqual({
        calls: 2,
        attempts: 2,
        retries: 0,
      });
    },
  );

  it.each([
    [300_000, 1],
    [300_001, 0],
  ])("come within five minutes: %i ms later are %i", (gapMs, retries) => {
    const { recorder } = newRecorder();
    recorder.spanStarted(spanOf("node", undefined), 0);
    play(recorder, chatOf("a", "node", { failed: true }), 0, 100);
    play(recorder, chatOf("b", "node"), 100 + gapMs, 200 + gapMs);
    expect(totalsOf(recorder.take(200 + gapMs))[MODEL]?.retries).toBe(retries);
  });

  it("are of the same operation", () => {
    const { recorder } = newRecorder();
    const attributes = {
      ...chatOf("", undefined).attributes,
      "gen_ai.operation.name": "embeddings",
    };
    recorder.spanStarted(spanOf("node", undefined), 0);
    play(recorder, chatOf("a", "node", { failed: true }), 0, 100);
    play(recorder, chatOf("b", "node", { attributes }), 200, 300);
    recorder.spanEnded(spanOf("node", undefined), 400);
    expect(totalsOf(recorder.take(1000))[MODEL]).toEqual({ calls: 2, attempts: 2, retries: 0 });
  });

  it.each(["tool:search", "http:other"])(
    "are none where the run below %s counts itself as the first",
    (above) => {
      const { recorder } = newRecorder();
      const parent = recorder.runStarted(runOf(above), 0);
      const run = () => recorder.runStarted(runOf("tool:search", { parent, attempt: 1 }), 1);
      recorder.runEnded(run(), { outcome: "error" }, 2);
      recorder.runEnded(run(), { outcome: "ok" }, 4);
      recorder.runEnded(parent, { outcome: "ok" }, 5);
      const report = recorder.take(1000);
      expect(totalsOf(report)["tool:search"]).toMatchObject({ attempts: 2, retries: 0 });
      expect(countsOf(report, "headway.retry.gap")).toEqual({});
    },
  );

  it("began after the failure, though what they are is known only when they end", () => {
    const { recorder } = newRecorder();
    const scope = "@arizeai/openinference-instrumentation-langchain";
    const attributes = { "openinference.span.kind": "LLM", "llm.model_name": "gpt-5" };
    recorder.spanStarted(spanOf("node", undefined), 0);
    for (const id of ["a", "b"]) recorder.spanStarted(spanOf(id, "node", { scope }), 1);
    recorder.spanEnded(spanOf("a", "node", { scope, attributes, failed: true }), 10);
    recorder.spanEnded(spanOf("b", "node", { scope, attributes }), 20);
    recorder.spanEnded(spanOf("node", undefined), 30);
    expect(totalsOf(recorder.take(1000))[MODEL]).toEqual({ calls: 2, attempts: 2, retries: 0 });
  });

  it("of a failed call that was told already make no second call", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(spanOf("node", undefined), 0);
    play(recorder, chatOf("a", "node", { failed: true }), 0, 100);
    expect(totalsOf(recorder.take(10_099))[MODEL]).toEqual({ calls: 0, attempts: 1, retries: 0 });
    expect(totalsOf(recorder.take(10_100))[MODEL]).toEqual({ calls: 1, attempts: 0, retries: 0 });
    play(recorder, chatOf("b", "node"), 20_000, 20_100);
    expect(totalsOf(recorder.take(21_000))[MODEL]).toEqual({ calls: 0, attempts: 1, retries: 1 });
  });
});

describe("what is in flight", () => {
  it("is counted by dependency and priority, with its age, long before it ends", () => {
    const { recorder } = newRecorder();
    recorder.runStarted(runOf(MODEL, { priority: 1 }), 0);
    recorder.runStarted(runOf(MODEL, { priority: 5 }), 1000);
    recorder.runStarted(runOf(MODEL, { priority: 5 }), 2000);
    const report = recorder.take(9000);
    expect(countsOf(report, "headway.attempt.active")).toEqual({
      [`${MODEL}|1`]: 1,
      [`${MODEL}|5`]: 2,
    });
    expect(secondsOf(report, "headway.attempt.active.age")).toBeCloseTo(9 + 8 + 7, 6);
  });

  it("is told as zero once after it was more", () => {
    const { recorder } = newRecorder();
    const handle = recorder.runStarted(runOf(MODEL), 0);
    recorder.take(1000);
    recorder.runEnded(handle, { outcome: "ok" }, 1500);
    expect(countsOf(recorder.take(2000), "headway.attempt.active")).toEqual({ [`${MODEL}|3`]: 0 });
    expect(countsOf(recorder.take(3000), "headway.attempt.active")).toEqual({});
  });

  it("is the request and not also the call above it, and nothing during back-off", () => {
    const { recorder } = newRecorder();
    const active = (nowMs: number) => countsOf(recorder.take(nowMs), "headway.attempt.active");
    recorder.spanStarted(chatOf("chat", undefined), 0);
    expect(active(1)).toEqual({ [`${MODEL}|3`]: 1 });
    recorder.spanStarted(httpOf("post", "chat"), 2);
    expect(active(3)).toEqual({ [`${MODEL}|3`]: 1 });
    recorder.spanEnded(httpOf("post", "chat", 500), 4);
    expect(active(5)).toEqual({ [`${MODEL}|3`]: 0 });
    recorder.spanStarted(httpOf("again", "chat"), 6);
    expect(active(7)).toEqual({ [`${MODEL}|3`]: 1 });
  });

  it("knows a span whose attributes came after its start", () => {
    const { recorder } = newRecorder();
    const attributes: Record<string, unknown> = {};
    recorder.spanStarted(spanOf("chat", undefined, { attributes }), 0);
    Object.assign(attributes, chatOf("", undefined).attributes);
    expect(countsOf(recorder.take(1), "headway.attempt.active")).toEqual({ [`${MODEL}|3`]: 1 });
  });

  it("takes its priority from the run around it", () => {
    const { recorder } = newRecorder();
    const handle = recorder.runStarted(runOf(MODEL, { priority: 2 }), 0);
    recorder.spanStarted(httpOf("post", undefined), 1, handle);
    expect(countsOf(recorder.take(2), "headway.attempt.active")).toEqual({ [`${MODEL}|2`]: 1 });
  });
});

describe("whose attempt a request is", () => {
  const bridge = "@arizeai/openinference-instrumentation-openai-agents";
  const generation = (id: string) =>
    spanOf(id, "turn", {
      scope: bridge,
      attributes: { "openinference.span.kind": "LLM", "llm.model_name": "gpt-5" },
    });
  const post = (id: string, parent?: string, traceId = id) =>
    httpOf(id, parent, 200, "api.openai.com", { traceId });

  it("is each its own, where two calls are open and neither has its request below it", () => {
    const { recorder } = newRecorder();
    for (const id of ["a", "b"]) recorder.spanStarted(generation(id), 0);
    for (const id of ["x", "y"]) recorder.spanStarted(post(id), 1);
    for (const id of ["x", "y"]) recorder.spanEnded(post(id), 2);
    for (const id of ["a", "b"]) recorder.spanEnded(generation(id), 3);
    expect(totalsOf(recorder.take(10))).toEqual({ [MODEL]: { calls: 2, attempts: 2, retries: 0 } });
  });

  it("is not a call's of another trace, where it has a parent of its own", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(generation("a"), 0);
    play(recorder, post("x", "parent", "elsewhere"), 1, 2);
    recorder.spanEnded(generation("a"), 3);
    expect(totalsOf(recorder.take(10))).toMatchObject({ "http:api.openai.com": { calls: 1 } });
  });

  it("is not the tool's that called the agent which sends it", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(toolOf("tool", undefined), 0);
    recorder.spanStarted(agentOf("agent", "tool", "helper"), 1);
    play(recorder, httpOf("get", "agent", 200), 2, 3);
    recorder.spanEnded(agentOf("agent", "tool", "helper"), 4);
    recorder.spanEnded(toolOf("tool", undefined), 5);
    expect(totalsOf(recorder.take(10))).toEqual({
      "tool:search": { calls: 1, attempts: 1, retries: 0 },
      "http:api.example": { calls: 1, attempts: 1, retries: 0 },
    });
  });

  it("is not the producer's whose message is being processed, though its span is still open", () => {
    const { recorder } = newRecorder();
    const attributes = { "messaging.destination.name": "orders" };
    const send = spanOf("send", undefined, { kind: SPAN_KIND.producer, attributes });
    const work = spanOf("work", "send", { kind: SPAN_KIND.consumer, attributes });
    recorder.spanStarted(send, 0);
    recorder.spanStarted(work, 1);
    recorder.spanEnded(send, 2);
    recorder.spanEnded(work, 3);
    expect(totalsOf(recorder.take(10))).toEqual({
      "queue:orders": { calls: 2, attempts: 2, retries: 0 },
    });
  });
});

describe("retries that a span covers", () => {
  it("share its duration, and each but the last failed", () => {
    const { recorder, attempts } = newRecorder();
    const attributes = { ...chatOf("", undefined).attributes, "http.request.resend_count": 2 };
    recorder.spanEnded(chatOf("a", undefined, { attributes, durationMs: 600 }), 1000);
    expect(
      attempts.map(({ outcome, isRetry, durationMs }) => [outcome, isRetry, durationMs]),
    ).toEqual([
      ["error", false, 200],
      ["error", true, 200],
      ["ok", true, 200],
    ]);
  });
});

describe("where a parent tells nothing", () => {
  it("failures below one session are retried below it only, and by the same agent", () => {
    const { recorder } = newRecorder();
    for (const traceId of ["t1", "t2"]) {
      const session = spanOf(`s-${traceId}`, undefined, { traceId, name: "mcp.client.session" });
      recorder.spanStarted(session, 0);
    }
    play(recorder, toolOf("a", "s-t1", "fetch", { traceId: "t1", failed: true }), 1, 2);
    play(recorder, toolOf("b", "s-t2", "fetch", { traceId: "t2" }), 3, 4);
    expect(totalsOf(recorder.take(10))["tool:fetch"]).toMatchObject({ attempts: 2, retries: 0 });
    play(recorder, toolOf("c", "s-t1", "fetch", { traceId: "t1" }), 11, 12);
    expect(totalsOf(recorder.take(20))["tool:fetch"]).toMatchObject({ attempts: 1, retries: 1 });
  });

  it("requests below a session are layers of the tool calls open elsewhere, one each", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(spanOf("session", undefined, { name: "mcp.client.session" }), 0);
    for (const id of ["a", "b"]) recorder.spanStarted(toolOf(id, "agent", "fetch"), 1);
    for (const id of ["x", "y"]) recorder.spanStarted(toolOf(id, "session", "fetch"), 2);
    for (const id of ["x", "y"]) recorder.spanEnded(toolOf(id, "session", "fetch"), 3);
    for (const id of ["a", "b"]) recorder.spanEnded(toolOf(id, "agent", "fetch"), 4);
    expect(totalsOf(recorder.take(10))).toEqual({
      "tool:fetch": { calls: 2, attempts: 2, retries: 0 },
    });
  });

  it("tries of one invocation are one call, below whichever parents they run", () => {
    const { recorder } = newRecorder();
    const attributes = { "restate.invocation.id": "inv", "restate.invocation.target": "Kyc/run" };
    for (const id of ["p", "q"]) recorder.spanStarted(spanOf(id, undefined), 0);
    play(recorder, spanOf("a", "p", { attributes, failed: true }), 1, 2);
    play(recorder, spanOf("b", "q", { attributes }), 3, 4);
    expect(totalsOf(recorder.take(10))).toEqual({
      "step:Kyc/run": { calls: 1, attempts: 2, retries: 1 },
    });
  });

  it("an invocation's failed try is told at once, for its retry may run anywhere", () => {
    const { recorder } = newRecorder();
    const attributes = { "restate.invocation.id": "inv", "restate.invocation.target": "Kyc/run" };
    recorder.spanStarted(spanOf("node", undefined), 0);
    play(recorder, spanOf("a", "node", { attributes, failed: true }), 1, 2);
    expect(totalsOf(recorder.take(10))).toEqual({
      "step:Kyc/run": { calls: 1, attempts: 1, retries: 0 },
    });
  });
});

describe("late and lost ends", () => {
  it("an end without a start is an attempt of its own duration", () => {
    const { recorder, attempts } = newRecorder();
    recorder.spanEnded({ ...toolOf("a", "nobody"), durationMs: 400 }, 1000);
    expect(attempts).toMatchObject([{ startMs: 600, durationMs: 400 }]);
  });

  it("rules that come later hold from then on", () => {
    const { recorder } = newRecorder();
    play(recorder, httpOf("a", undefined, 200), 0, 1);
    recorder.setIdentities([{ when: { "server.address": "api.example" }, dependency: "tool:idp" }]);
    play(recorder, httpOf("b", undefined, 200), 2, 3);
    expect(Object.keys(totalsOf(recorder.take(10))).sort()).toEqual([
      "http:api.example",
      "tool:idp",
    ]);
  });

  it("a request that starts when its call has ended is its own", () => {
    const { recorder } = newRecorder();
    const handle = recorder.runStarted(runOf(MODEL), 0);
    recorder.runEnded(handle, { outcome: "ok" }, 10);
    recorder.spanStarted(httpOf("late", undefined), 20, handle);
    recorder.spanEnded(httpOf("late", undefined, 200), 30);
    expect(totalsOf(recorder.take(100))).toEqual({
      [MODEL]: { calls: 1, attempts: 1, retries: 0 },
      "http:api.example": { calls: 1, attempts: 1, retries: 0 },
    });
  });
});
