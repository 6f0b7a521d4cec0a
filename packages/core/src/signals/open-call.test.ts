import { expect, it } from "vitest";
import { totalsOf } from "./fixtures/play.ts";
import { newRecorder, play, spanOf, toolOf } from "./fixtures/spans.ts";

it.each(["t", "u"])(
  "a span below a session is a layer of the open call of its own trace, %s",
  (traceId) => {
    const { recorder, attempts } = newRecorder();
    recorder.spanStarted(spanOf("session", undefined, { name: "mcp.client.session", traceId }), 0);
    for (const [at, trace] of ["t", "u"].entries())
      recorder.spanStarted(toolOf(trace, undefined, "search", { traceId: trace }), 1 + at);
    play(recorder, toolOf("below", "session", "search", { traceId }), 3, 4);
    for (const trace of ["t", "u"])
      recorder.spanEnded(toolOf(trace, undefined, "search", { traceId: trace }), 9);
    // The call that has a layer below is no attempt itself.
    expect(attempts.map(({ startMs }) => startMs)).toEqual([3, traceId === "t" ? 2 : 1]);
    expect(totalsOf(recorder.take(1_000))).toMatchObject({
      "tool:search": { calls: 2, attempts: 2 },
    });
  },
);
