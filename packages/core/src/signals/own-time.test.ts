import { describe, expect, it } from "vitest";
import { countsOf, secondsOf } from "./fixtures/play.ts";
import { chatOf, httpOf, newRecorder, play, runOf, spanOf, toolOf } from "./fixtures/spans.ts";
import type { SignalName, SignalReport } from "./report.ts";
import { SPAN_KIND } from "./span-view.ts";

function selfOf({ points }: SignalReport, dependency: string): number {
  const own = points.filter(
    ({ signal, attributes }) =>
      signal === "headway.attempt.self" && attributes.dependency === dependency,
  );
  return own.reduce((sum, { value }) => sum + (typeof value === "object" ? value.sum : 0), 0);
}

describe("where time goes", () => {
  it("is the client's span minus the server's: the gap; and with it what the server's calls do not cover: own time", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(httpOf("out", undefined), 0);
    recorder.spanStarted(spanOf("in", "out", { kind: SPAN_KIND.server }), 30);
    // Two calls at once cover their union, not their sum.
    recorder.spanStarted(toolOf("y", "in"), 40);
    recorder.spanStarted(toolOf("x", "in"), 50);
    recorder.spanEnded(toolOf("y", "in", "search", { durationMs: 20 }), 60);
    recorder.spanEnded(toolOf("x", "in", "search", { durationMs: 20 }), 70);
    recorder.spanEnded(spanOf("in", "out", { kind: SPAN_KIND.server, durationMs: 90 }), 120);
    recorder.spanEnded({ ...httpOf("out", undefined, 200), durationMs: 150 }, 150);
    const { points } = recorder.take(1000);
    const of = (signal: SignalName) =>
      points.find(
        (point) => point.signal === signal && point.attributes.dependency === "http:api.example",
      )?.value;
    expect(of("headway.attempt.gap")).toMatchObject({ count: 1, sum: 0.06 });
    // 60 ms on the way, and 90 ms served, less 40..60 and 60..70 covered.
    const self = of("headway.attempt.self");
    expect(typeof self === "object" ? self.sum : undefined).toBeCloseTo(0.12, 9);
  });

  it("is the span's own duration where it has no children", () => {
    const { recorder } = newRecorder();
    play(recorder, toolOf("tool", undefined), 0, 80);
    expect(secondsOf(recorder.take(1000), "headway.attempt.self")).toBeCloseTo(0.08, 9);
  });

  it("leaves out a call that outlives the span, as far as the two overlap", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(toolOf("tool", undefined), 0);
    recorder.spanStarted(chatOf("stream", "tool"), 30);
    recorder.spanEnded(toolOf("tool", undefined, "search", { durationMs: 80 }), 80);
    recorder.spanEnded(chatOf("stream", "tool"), 500);
    expect(selfOf(recorder.take(1000), "tool:search")).toBeCloseTo(0.03, 9);
  });

  it("holds the time of spans below that are no calls, and leaves out what those call", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(toolOf("tool", undefined), 0);
    recorder.spanStarted(spanOf("render", "tool"), 10);
    recorder.spanStarted(spanOf("row", "render"), 20);
    play(recorder, chatOf("ask", "row"), 30, 60);
    recorder.spanEnded(spanOf("row", "render", { durationMs: 60 }), 80);
    recorder.spanEnded(spanOf("render", "tool", { durationMs: 80 }), 90);
    recorder.spanEnded(toolOf("tool", undefined, "search", { durationMs: 100 }), 100);
    expect(selfOf(recorder.take(1000), "tool:search")).toBeCloseTo(0.07, 9);
  });

  it("is never more than the span's own, however many spans below it run side by side", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(toolOf("tool", undefined), 0);
    for (const id of ["a", "b", "c"]) recorder.spanStarted(spanOf(id, "tool"), 0);
    for (const id of ["a", "b", "c"])
      recorder.spanEnded(spanOf(id, "tool", { durationMs: 90 }), 90);
    recorder.spanEnded(toolOf("tool", undefined, "search", { durationMs: 100 }), 100);
    expect(selfOf(recorder.take(1000), "tool:search")).toBeCloseTo(0.1, 9);
  });

  it("is told by what was asked, of the call and not of the transport below it, and of a hook's run too", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(toolOf("tool", undefined), 0);
    play(recorder, httpOf("get", "tool", 200), 10, 40);
    recorder.spanEnded(toolOf("tool", undefined), 50);
    const run = recorder.runStarted(runOf("tool:search", { operation: 'read "x"' }), 100);
    recorder.runEnded(run, { outcome: "ok" }, 120);
    expect(countsOf(recorder.take(1000), "headway.attempt.self")).toEqual({
      "tool:search|execute_tool": 1,
      "tool:search|read _x_": 1,
    });
  });

  it("is told of the way by which dependency called, an agent being none", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(httpOf("shop", undefined, 200, "shop"), 0);
    recorder.spanStarted(spanOf("shop-in", "shop", { kind: SPAN_KIND.server }), 5);
    recorder.spanStarted(httpOf("till", "shop-in", 200, "till"), 10);
    recorder.spanStarted(spanOf("till-in", "till", { kind: SPAN_KIND.server }), 20);
    recorder.spanEnded(spanOf("till-in", "till", { kind: SPAN_KIND.server }), 30);
    recorder.spanEnded(httpOf("till", "shop-in", 200, "till"), 40);
    recorder.spanEnded(spanOf("shop-in", "shop", { kind: SPAN_KIND.server }), 50);
    recorder.spanEnded(httpOf("shop", undefined, 200, "shop"), 60);
    expect(countsOf(recorder.take(1000), "headway.attempt.gap")).toEqual({
      "http:shop": 1,
      "http:till|http:shop": 1,
    });
  });

  it("is taken from the span's own duration, not from when its end was told", () => {
    const { recorder, attempts } = newRecorder();
    recorder.spanStarted(toolOf("tool", undefined), 0);
    recorder.spanEnded({ ...toolOf("tool", undefined), durationMs: 12.5 }, 40);
    expect(attempts[0]?.durationMs).toBe(12.5);
  });
});
