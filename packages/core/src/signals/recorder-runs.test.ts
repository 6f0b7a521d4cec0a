import { describe, expect, it } from "vitest";
import { countsOf, secondsOf, totalsOf } from "./fixtures/play.ts";
import { chatOf, httpOf, newRecorder, runOf, toolOf } from "./fixtures/spans.ts";

const MODEL = "model:openai/gpt-5";

describe("a hook run", () => {
  it("is one attempt where no span covers it", () => {
    const { recorder, attempts } = newRecorder({ agent: "me" });
    const handle = recorder.runStarted(runOf("tool:search", { priority: 1 }), 0);
    recorder.runEnded(handle, { outcome: "ok" }, 250);
    expect(attempts).toEqual([
      {
        dependency: "tool:search",
        operation: "",
        agent: "me",
        priority: 1,
        startMs: 0,
        durationMs: 250,
        outcome: "ok",
        throttle: undefined,
        isRetry: false,
      },
    ]);
    expect(totalsOf(recorder.take(1000))).toEqual({
      "tool:search": { calls: 1, attempts: 1, retries: 0 },
    });
  });

  it("and the span inside it are one call", () => {
    const { recorder } = newRecorder();
    const handle = recorder.runStarted(runOf(MODEL), 0);
    recorder.spanStarted(chatOf("chat", undefined), 1, handle);
    recorder.spanStarted(httpOf("post", "chat"), 2, handle);
    recorder.spanEnded(httpOf("post", "chat", 200), 90);
    recorder.spanEnded(chatOf("chat", undefined), 95);
    recorder.runEnded(handle, { outcome: "ok" }, 100);
    expect(totalsOf(recorder.take(1000))).toEqual({
      [MODEL]: { calls: 1, attempts: 1, retries: 0 },
    });
  });

  it("inside a tool's span is a layer of that call, and what it starts is its attempt and not the span's", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(toolOf("tool", undefined), 0);
    const handle = recorder.runStarted(
      runOf("tool:search", { traceId: "t", parentSpanId: "tool" }),
      1,
    );
    // The run makes no span, so by parent ids the request lies directly below the tool.
    recorder.spanStarted(httpOf("get", "tool"), 2, handle);
    recorder.spanEnded(httpOf("get", "tool", 500), 50);
    recorder.runEnded(handle, { outcome: "error" }, 51);
    recorder.spanEnded(toolOf("tool", undefined), 60);
    expect(totalsOf(recorder.take(1000))).toEqual({
      "tool:search": { calls: 1, attempts: 1, retries: 0 },
    });
  });

  it("of another dependency than the span around it is a call of its own", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(toolOf("tool", undefined), 0);
    const handle = recorder.runStarted(
      runOf("http:idp", { traceId: "t", parentSpanId: "tool" }),
      1,
    );
    recorder.runEnded(handle, { outcome: "ok" }, 50);
    recorder.spanEnded(toolOf("tool", undefined), 60);
    const report = recorder.take(1000);
    expect(Object.keys(totalsOf(report)).sort()).toEqual(["http:idp", "tool:search"]);
    expect(countsOf(report, "headway.edge.calls")).toMatchObject({ "tool:search|http:idp": 1 });
  });

  it("that is tried three times below one parent run is one call of three attempts, with its pauses", () => {
    const { recorder, calls } = newRecorder();
    const parent = recorder.runStarted(runOf("tool:search"), 0);
    for (const [attempt, at] of [1, 2, 3].map((number) => [number, number * 1000] as const)) {
      const handle = recorder.runStarted(runOf("tool:search", { parent, attempt }), at);
      recorder.runEnded(handle, { outcome: attempt === 3 ? "ok" : "timeout" }, at + 400);
    }
    recorder.runEnded(parent, { outcome: "ok" }, 3500);
    const report = recorder.take(4000);
    expect(totalsOf(report)).toEqual({ "tool:search": { calls: 1, attempts: 3, retries: 2 } });
    expect(calls).toMatchObject([{ startMs: 0, durationMs: 3500, outcome: "ok" }]);
    expect(secondsOf(report, "headway.retry.gap")).toBeCloseTo(1.2, 6);
  });

  it("with an attempt beyond the first is a retry, whatever was seen before", () => {
    const { recorder } = newRecorder();
    recorder.runEnded(
      recorder.runStarted(runOf("tool:search", { attempt: 2 }), 0),
      { outcome: "ok" },
      10,
    );
    expect(totalsOf(recorder.take(1000))).toEqual({
      "tool:search": { calls: 0, attempts: 1, retries: 1 },
    });
  });

  it("that Headway refuses counts apart: it is no attempt that began", () => {
    const { recorder, calls } = newRecorder();
    recorder.runEnded(recorder.runStarted(runOf("tool:search"), 0), { outcome: "refused" }, 0);
    const report = recorder.take(1000);
    expect(countsOf(report, "headway.attempt.duration")).toEqual({
      "tool:search|refused|false": 1,
    });
    expect(countsOf(report, "headway.agent.attempts")).toEqual({});
    expect(calls).toMatchObject([{ outcome: "refused" }]);
  });

  it("tells of which limit it was throttled, and how long the answer asked to wait", () => {
    const { recorder } = newRecorder();
    for (const retryAfterMs of [2000, 7000, 500]) {
      recorder.runEnded(
        recorder.runStarted(runOf("tool:search"), 0),
        { outcome: "throttled", throttle: "quota", retryAfterMs },
        10,
      );
    }
    const report = recorder.take(1000);
    expect(countsOf(report, "headway.throttle")).toEqual({ "tool:search|quota": 3 });
    expect(countsOf(report, "headway.throttle.retry_after")).toEqual({ "tool:search": 7 });
  });

  it("that ends twice ends once", () => {
    const { recorder } = newRecorder();
    const handle = recorder.runStarted(runOf("tool:search"), 0);
    recorder.runEnded(handle, { outcome: "ok" }, 1);
    recorder.runEnded(handle, { outcome: "error" }, 2);
    expect(countsOf(recorder.take(1000), "headway.attempt.duration")).toEqual({
      "tool:search|ok|false": 1,
    });
  });
});
