import { expect, it } from "vitest";
import { httpOf, newRecorder, play, spanOf, toolOf } from "./fixtures/spans.ts";
import type { SignalReport } from "./report.ts";
import { SPAN_KIND } from "./span-view.ts";

const SERVER = { kind: SPAN_KIND.server };

function widthsOf({ points }: SignalReport): Record<string, readonly number[]> {
  const widths: Record<string, readonly number[]> = {};
  for (const { signal, attributes, value } of points) {
    if (signal !== "headway.fanout.width" || typeof value === "number") continue;
    widths[`${attributes.from} → ${attributes.to}`] = [value.count, value.sum];
  }
  return widths;
}

/** A shop that asks for three things, two of them from within a span of its own code. */
function serve(recorder: ReturnType<typeof newRecorder>["recorder"]): void {
  recorder.spanStarted(spanOf("in", "out", SERVER), 10);
  recorder.spanStarted(spanOf("render", "in"), 20);
  play(recorder, toolOf("a", "render"), 21, 22);
  play(recorder, toolOf("b", "render"), 23, 24);
  recorder.spanEnded(spanOf("render", "in"), 30);
  play(recorder, toolOf("c", "in"), 31, 32);
  recorder.spanEnded(spanOf("in", "out", SERVER), 40);
}

it("of a served request is the caller's attempt's, told when that ends, whatever spans its code makes", () => {
  const { recorder } = newRecorder();
  recorder.spanStarted(httpOf("out", undefined, 200, "shop"), 0);
  serve(recorder);
  expect(widthsOf(recorder.take(50))).toEqual({});
  recorder.spanEnded(httpOf("out", undefined, 200, "shop"), 60);
  expect(widthsOf(recorder.take(100))).toEqual({ "http:shop → tool:search": [1, 3] });
});

it("of a served request whose caller nobody saw is told when it ends", () => {
  const { recorder } = newRecorder();
  serve(recorder);
  const widths = Object.values(widthsOf(recorder.take(100)));
  expect(widths).toEqual([[1, 3]]);
});

it("of a caller that did not wait for the request's end is told at that end", () => {
  const { recorder } = newRecorder();
  recorder.spanStarted(httpOf("out", undefined, 200, "shop"), 0);
  recorder.spanStarted(spanOf("in", "out", SERVER), 10);
  recorder.spanEnded(httpOf("out", undefined, 200, "shop"), 15);
  play(recorder, toolOf("a", "in"), 21, 22);
  recorder.spanEnded(spanOf("in", "out", SERVER), 40);
  expect(Object.values(widthsOf(recorder.take(100)))).toEqual([[1, 1]]);
});

it("of spans that serve nothing is each one's own", () => {
  const { recorder } = newRecorder();
  recorder.spanStarted(spanOf("plan", undefined), 0);
  for (const step of ["one", "two"]) {
    recorder.spanStarted(spanOf(step, "plan"), 1);
    play(recorder, toolOf(`${step}-tool`, step), 2, 3);
    recorder.spanEnded(spanOf(step, "plan"), 4);
  }
  recorder.spanEnded(spanOf("plan", undefined), 5);
  expect(Object.values(widthsOf(recorder.take(100)))).toEqual([[2, 2]]);
});
