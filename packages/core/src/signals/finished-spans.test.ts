import { describe, expect, it } from "vitest";
import type { Attempt } from "./attempt.ts";
import { FinishedSpans, type FinishedSpansLimits } from "./finished-spans.ts";
import { countsOf, totalsOf } from "./fixtures/play.ts";
import { chatOf, httpOf, toolOf } from "./fixtures/spans.ts";
import { SignalRecorder } from "./recorder.ts";
import type { FinishedSpanView, SpanView } from "./span-view.ts";

function newPair(limits: Partial<FinishedSpansLimits> = {}): {
  recorder: SignalRecorder;
  finished: FinishedSpans;
  attempts: Attempt[];
} {
  const attempts: Attempt[] = [];
  const recorder = new SignalRecorder({
    instance: "i",
    onAttempt: (attempt) => attempts.push(attempt),
  });
  return { recorder, attempts, finished: new FinishedSpans({ recorder, settleMs: 2000, limits }) };
}

function at(span: SpanView, startMs: number, durationMs: number): FinishedSpanView {
  return { ...span, startMs, durationMs };
}

describe("finished spans", () => {
  it.each([
    [1999, 0],
    [2000, 1],
  ])("are replayed when their trace has been quiet: after %i ms %i", (quietMs, attempts) => {
    const { finished, recorder } = newPair();
    finished.add(at(toolOf("a", undefined), 0, 10), 5000);
    finished.settle(5000 + quietMs);
    expect(totalsOf(recorder.take(9000))["tool:search"]?.attempts ?? 0).toBe(attempts);
  });

  it("wait for a trace that comes in several batches", () => {
    const { finished, recorder } = newPair();
    finished.add(at(httpOf("post", "chat", 200), 10, 80), 5000);
    finished.settle(6500);
    finished.add(at(chatOf("chat", undefined), 0, 100), 6500);
    finished.settle(7500);
    expect(finished.size).toBe(2);
    finished.settle(8500);
    expect(finished.size).toBe(0);
    expect(totalsOf(recorder.take(9000))).toEqual({
      "model:openai/gpt-5": { calls: 1, attempts: 1, retries: 0 },
    });
  });

  it.each([
    [29_999, 1],
    [30_000, 0],
  ])("of a trace that never gets quiet are held for %i ms: %i", (ms, held) => {
    const { finished } = newPair();
    finished.add(at(toolOf("a", undefined), 0, 10), 0);
    finished.add(at(toolOf("b", undefined), 0, 10), ms);
    finished.settle(ms);
    expect(finished.size > 0 ? 1 : 0).toBe(held);
  });

  it("take place on our clock, whatever the sender's says", () => {
    const { finished, attempts } = newPair();
    const yearAhead = 31_536_000_000_000;
    finished.add(at(toolOf("a", undefined), yearAhead, 100), 5000);
    finished.add(at(toolOf("b", undefined), yearAhead + 500, 100), 5200);
    finished.settle(9000);
    // The second was told the soonest after it ended: at once, so the clocks are that far apart.
    expect(attempts.map(({ startMs }) => startMs)).toEqual([4600, 5100]);
  });

  it("begin the first window when they arrive", () => {
    const { finished, recorder } = newPair();
    finished.add(at(toolOf("a", undefined), 0, 60_000), 100_000);
    finished.settle(103_000);
    expect(recorder.take(103_000).windowMs).toBe(3000);
  });

  it("are retries though a start cut to the millisecond lies before the failure's end", () => {
    const { finished, recorder } = newPair();
    finished.add(at(httpOf("a", "node", 500), 100, 50.7), 5000);
    finished.add(at(httpOf("b", "node", 200), 150, 20), 5000);
    finished.settle(9000);
    expect(totalsOf(recorder.take(9000))).toEqual({
      "http:api.example": { calls: 1, attempts: 2, retries: 1 },
    });
  });

  it("are attempts of their call though they begin in its last millisecond", () => {
    const { finished, recorder } = newPair();
    finished.add(at(chatOf("chat", undefined), 0, 100), 5000);
    finished.add(at(httpOf("a", "chat", 500), 10, 10), 5000);
    finished.add(at(httpOf("b", "chat", 200), 99.5, 0.5), 5000);
    finished.settle(9000);
    expect(totalsOf(recorder.take(9000))).toEqual({
      "model:openai/gpt-5": { calls: 1, attempts: 2, retries: 1 },
    });
  });

  it.each([
    [
      "within a millisecond of",
      100.9,
      { "model:openai/gpt-5": { calls: 1, attempts: 1, retries: 0 } },
    ],
    [
      "long after",
      102,
      {
        "model:openai/gpt-5": { calls: 1, attempts: 1, retries: 0 },
        "http:api.example": { calls: 1, attempts: 1, retries: 0 },
      },
    ],
  ])("that seem to begin %s their call's end are its own, or not", (_, startMs, totals) => {
    const { finished, recorder } = newPair();
    finished.add(at(chatOf("chat", undefined), 0, 100.2), 5000);
    finished.add(at(httpOf("a", "chat", 200), startMs, 0.3), 5000);
    finished.settle(9000);
    expect(totalsOf(recorder.take(9000))).toEqual(totals);
  });

  it("that were open all at once in a whole fleet are none too many", () => {
    const recorder = new SignalRecorder({ instance: "i", limits: { openSpans: 10 } });
    const finished = new FinishedSpans({ recorder, settleMs: 0 });
    for (let index = 0; index < 500; index += 1) {
      finished.add(
        at(toolOf(`s${index}`, undefined, "search", { traceId: `t${index}` }), 0, 900),
        1000,
      );
    }
    finished.settle(1000);
    const report = recorder.take(2000);
    expect(totalsOf(report)["tool:search"]?.attempts).toBe(500);
    expect(countsOf(report, "headway.span.dropped")).toEqual({});
  });

  it("of no length at all keep their order", () => {
    const { finished, recorder } = newPair();
    finished.add(at(httpOf("a", "chat", 200), 7, 0), 5000);
    finished.add(at(chatOf("chat", undefined), 7, 0), 5000);
    finished.settle(9000);
    expect(totalsOf(recorder.take(9000))).toEqual({
      "model:openai/gpt-5": { calls: 1, attempts: 1, retries: 0 },
    });
  });

  it("below a parent whose sender's clock is ahead still lie below it", () => {
    const { finished, recorder } = newPair();
    const resource = (id: string) => ({ resource: { "service.instance.id": id } });
    finished.add(at({ ...chatOf("chat", undefined), ...resource("a") }, 1000, 100), 5000);
    // Its sender reports a second later, so it seems to have started before its parent.
    finished.add(at({ ...httpOf("post", "chat", 200), ...resource("b") }, 10, 50), 4500);
    finished.settle(9000);
    expect(totalsOf(recorder.take(9000))).toEqual({
      "model:openai/gpt-5": { calls: 1, attempts: 1, retries: 0 },
    });
  });

  it.each([
    [4, 4, 0],
    [5, 5, 0],
    [6, 0, 6],
  ])("%i of one trace with room for 5: %i held", (spans, held, replayed) => {
    const { finished, recorder } = newPair({ spans: 5 });
    for (let index = 0; index < spans; index += 1)
      finished.add(at(toolOf(`s${index}`, "p"), index, 1), 5000);
    expect(finished.size).toBe(held);
    expect(totalsOf(recorder.take(9000))["tool:search"]?.attempts ?? 0).toBe(replayed);
  });

  it.each([
    [3, undefined],
    [4, undefined],
    [5, 1],
  ])("%i of a trace that may have 4: %s dropped and counted", (spans, dropped) => {
    const { finished, recorder } = newPair({ spansPerTrace: 4 });
    for (let index = 0; index < spans; index += 1)
      finished.add(at(toolOf(`s${index}`, "p"), index, 1), 5000);
    expect(countsOf(recorder.take(9000), "headway.span.dropped")["trace_size"]).toBe(dropped);
  });

  it.each([
    [Number.NaN, 1],
    [Number.POSITIVE_INFINITY, 1],
    [0, -1],
    [0, Number.NaN],
  ])("with the times %d and %d are dropped and counted", (startMs, durationMs) => {
    const { finished, recorder } = newPair();
    finished.add(at(toolOf("a", undefined), startMs, durationMs), 5000);
    finished.settle(9000);
    expect(countsOf(recorder.take(9000), "headway.span.dropped")).toEqual({ time: 1 });
  });

  it("that are each other's parents, or their own, end the replay nonetheless", () => {
    const { finished, recorder } = newPair();
    finished.add(at(toolOf("a", "b", "one"), 0, 10), 5000);
    finished.add(at(toolOf("b", "a", "two"), 0, 10), 5000);
    finished.add(at(toolOf("c", "c", "three"), 0, 10), 5000);
    finished.settle(9000);
    expect(Object.keys(totalsOf(recorder.take(9000))).sort()).toEqual([
      "tool:one",
      "tool:three",
      "tool:two",
    ]);
  });

  it("in one chain of 10,000 do not exhaust the stack", () => {
    const { finished, recorder } = newPair();
    for (let index = 0; index < 10_000; index += 1)
      finished.add(
        at(
          toolOf(`s${index}`, index === 0 ? undefined : `s${index - 1}`),
          index,
          20_000 - 2 * index,
        ),
        5000,
      );
    finished.settle(9000);
    expect(totalsOf(recorder.take(9000))["tool:search"]).toEqual({
      calls: 1,
      attempts: 1,
      retries: 0,
    });
  });
});
