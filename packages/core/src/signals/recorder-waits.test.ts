import { describe, expect, it } from "vitest";
import { countOf, countsOf, totalsOf } from "./fixtures/play.ts";
import { chatOf, httpOf, newRecorder, runOf, spanOf, toolOf } from "./fixtures/spans.ts";
import type { SignalReport } from "./report.ts";

const LOOKUP = "tool:lookup";

const lookup = (id: string, parent?: string) => toolOf(id, parent, "lookup");
const inside = (parentSpanId: string) => runOf(LOOKUP, { traceId: "t", parentSpanId });

/** Attempts in flight, as the window's end shows them. */
const inFlight = (report: SignalReport): Record<string, number> =>
  countsOf(report, "headway.attempt.active");

describe("a tool's span whose call waits at the hook", () => {
  it("has nothing in flight, however long it waits", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(lookup("tool"), 0);
    expect(inFlight(recorder.take(1000))).toEqual({ "tool:lookup|3": 1 });
    const wait = recorder.waitStarted(inside("tool"), 0);
    expect(inFlight(recorder.take(2000))).toEqual({ "tool:lookup|3": 0 });
    recorder.waitEnded(wait, true, 0);
    recorder.runStarted(inside("tool"), 3000);
    expect(inFlight(recorder.take(4000))).toEqual({ "tool:lookup|3": 1 });
  });

  it("is as old as its attempt, not as its wait", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(lookup("tool"), 0);
    recorder.waitEnded(recorder.waitStarted(inside("tool"), 0), true, 0);
    recorder.runStarted(inside("tool"), 9000);
    const { points } = recorder.take(10_000);
    const age = points.find(({ signal }) => signal === "headway.attempt.active.age")?.value;
    expect(age).toMatchObject({ count: 1, sum: 1 });
  });

  it.each([
    ["swallows the refusal", false],
    ["fails with it", true],
  ])("ends as refused, and as no attempt, where the application %s", (_, failed) => {
    const { recorder, calls } = newRecorder();
    recorder.spanStarted(lookup("tool"), 0);
    recorder.waitEnded(recorder.waitStarted(inside("tool"), 0), false, 0);
    expect(inFlight(recorder.take(500))).toEqual({});
    recorder.spanEnded({ ...lookup("tool"), failed }, 1000);
    const report = recorder.take(1500);
    expect(countsOf(report, "headway.attempt.duration")).toEqual({
      "tool:lookup|refused|false": 1,
    });
    expect(countsOf(report, "headway.agent.attempts")).toEqual({});
    expect(calls).toMatchObject([{ dependency: LOOKUP, outcome: "refused" }]);
  });

  it.each([true, false])("is no time of its caller's own, let go or not: %s", (admitted) => {
    const { recorder } = newRecorder();
    const around = recorder.runStarted(runOf("tool:caller", { traceId: "t" }), 0);
    const wait = recorder.waitStarted(runOf(LOOKUP, { parent: around }), 100);
    recorder.waitEnded(wait, admitted, 4_100);
    recorder.runEnded(around, { outcome: "ok" }, 4_300);
    const { points } = recorder.take(5_000);
    const own = points.find(({ signal }) => signal === "headway.attempt.self");
    expect(own?.attributes.dependency).toBe("tool:caller");
    expect(own?.value).toMatchObject({ count: 1, sum: 0.3 });
  });

  it("takes its attempt back in the window in which it began", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(lookup("tool"), 0);
    recorder.waitStarted(inside("tool"), 0);
    expect(countsOf(recorder.take(1000), "headway.agent.attempts")).toEqual({});
  });

  it("counts once where its turn comes", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(lookup("tool"), 0);
    recorder.waitEnded(recorder.waitStarted(inside("tool"), 0), true, 0);
    const run = recorder.runStarted(inside("tool"), 2000);
    recorder.spanStarted(httpOf("get", "tool"), 2001, run);
    recorder.spanEnded(httpOf("get", "tool", 200), 2100);
    recorder.runEnded(run, { outcome: "ok" }, 2101);
    recorder.spanEnded(lookup("tool"), 2102);
    const report = recorder.take(3000);
    expect(totalsOf(report)).toEqual({ [LOOKUP]: { calls: 1, attempts: 1, retries: 0 } });
    expect(countsOf(report, "headway.agent.attempts")).toEqual({ "tool:lookup|i": 1 });
  });

  it("is refused once after a refusal, and an attempt where a later one is let go", () => {
    const { recorder, calls } = newRecorder();
    recorder.spanStarted(lookup("tool"), 0);
    recorder.waitEnded(recorder.waitStarted(inside("tool"), 0), false, 0);
    recorder.waitEnded(recorder.waitStarted(inside("tool"), 0), true, 0);
    const run = recorder.runStarted(inside("tool"), 3000);
    recorder.runEnded(run, { outcome: "ok" }, 3100);
    recorder.spanEnded(lookup("tool"), 3200);
    expect(totalsOf(recorder.take(4000))).toEqual({
      [LOOKUP]: { calls: 1, attempts: 1, retries: 0 },
    });
    expect(calls).toMatchObject([{ outcome: "ok" }]);
  });

  it("ends as it ended where an attempt went out before a retry was refused", () => {
    const { recorder, calls } = newRecorder();
    recorder.spanStarted(lookup("tool"), 0);
    const run = recorder.runStarted(inside("tool"), 1);
    recorder.runEnded(run, { outcome: "timeout" }, 2);
    recorder.waitEnded(recorder.waitStarted(inside("tool"), 0), false, 0);
    recorder.spanEnded({ ...lookup("tool"), failed: true }, 3);
    recorder.take(20_000);
    expect(calls).toMatchObject([{ outcome: "error" }]);
  });

  it("ends as its last attempt did where its run is refused a retry", () => {
    const { recorder, calls } = newRecorder();
    const around = recorder.runStarted(runOf(LOOKUP), 0);
    const first = recorder.runStarted(runOf(LOOKUP, { parent: around }), 1);
    recorder.runEnded(first, { outcome: "timeout" }, 2);
    recorder.waitEnded(recorder.waitStarted(runOf(LOOKUP, { parent: around }), 0), false, 0);
    recorder.runEnded(around, { outcome: "refused" }, 3);
    recorder.take(20_000);
    expect(calls).toMatchObject([{ outcome: "timeout" }]);
  });

  it("stays in flight where the call that waits is to something else", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(lookup("tool"), 0);
    const wait = recorder.waitStarted(runOf("db:users", { traceId: "t", parentSpanId: "tool" }), 0);
    expect(inFlight(recorder.take(1000))).toEqual({ "tool:lookup|3": 1 });
    recorder.waitEnded(wait, false, 0);
    recorder.spanEnded(lookup("tool"), 2000);
    expect(countsOf(recorder.take(3000), "headway.attempt.duration")).toEqual({
      "tool:lookup|ok|false": 1,
    });
  });

  it("has never gone out where it ends while it waits", () => {
    const { recorder, calls } = newRecorder();
    recorder.spanStarted(lookup("tool"), 0);
    const wait = recorder.waitStarted(inside("tool"), 0);
    recorder.spanEnded(lookup("tool"), 1000);
    recorder.waitEnded(wait, true, 0);
    expect(calls).toMatchObject([{ outcome: "refused" }]);
  });

  it("has nothing in flight until the last of several waits is over", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(lookup("tool"), 0);
    const first = recorder.waitStarted(inside("tool"), 0);
    const second = recorder.waitStarted(inside("tool"), 0);
    recorder.waitEnded(first, true, 0);
    expect(inFlight(recorder.take(1000))).toEqual({});
    recorder.waitEnded(second, true, 0);
    expect(inFlight(recorder.take(2000))).toEqual({ "tool:lookup|3": 1 });
  });
});

describe("the layers above a call that waits", () => {
  it("are refused with it", () => {
    const { recorder, calls } = newRecorder();
    recorder.spanStarted(lookup("outer"), 0);
    recorder.spanStarted(lookup("inner", "outer"), 1);
    recorder.waitEnded(recorder.waitStarted(inside("inner"), 0), false, 0);
    recorder.spanEnded(lookup("inner", "outer"), 2);
    recorder.spanEnded({ ...lookup("outer"), failed: true }, 3);
    const report = recorder.take(1000);
    expect(countsOf(report, "headway.attempt.duration")).toEqual({
      "tool:lookup|refused|false": 1,
    });
    expect(calls).toMatchObject([{ outcome: "refused" }]);
  });

  it("are no retry's cause: what comes next is a call of its own", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(spanOf("agent", undefined), 0);
    for (const id of ["one", "two"]) {
      recorder.spanStarted(lookup(id, "agent"), 1);
      recorder.waitEnded(recorder.waitStarted(inside(id), 0), false, 0);
      recorder.spanEnded({ ...lookup(id, "agent"), failed: true }, 2);
    }
    expect(totalsOf(recorder.take(1000))[LOOKUP]).toEqual({ calls: 2, attempts: 2, retries: 0 });
  });

  it("are found where they are a run of the hook's own", () => {
    const { recorder } = newRecorder();
    const around = recorder.runStarted(runOf(LOOKUP), 0);
    const wait = recorder.waitStarted(runOf(LOOKUP, { parent: around }), 0);
    expect(inFlight(recorder.take(1000))).toEqual({});
    recorder.waitEnded(wait, false, 0);
    recorder.runEnded(around, { outcome: "refused" }, 1500);
    const attempts = recorder
      .take(2000)
      .points.filter(({ signal }) => signal === "headway.attempt.duration");
    expect(attempts.map((point) => [point.attributes.outcome, countOf(point)])).toEqual([
      ["refused", 1],
    ]);
  });

  it("are found where they say only at their end what they are", () => {
    const { recorder, calls } = newRecorder();
    const late = { scope: "@arizeai/openinference-instrumentation-x" };
    recorder.spanStarted(spanOf("tool", undefined, late), 0);
    recorder.waitEnded(recorder.waitStarted(inside("tool"), 0), false, 0);
    recorder.spanEnded({ ...lookup("tool"), ...late }, 1000);
    expect(calls).toMatchObject([{ dependency: LOOKUP, outcome: "refused" }]);
  });

  it("are not what waited where they turn out to be something else", () => {
    const { recorder, calls } = newRecorder();
    const late = { scope: "@arizeai/openinference-instrumentation-x" };
    recorder.spanStarted(spanOf("tool", undefined, late), 0);
    recorder.waitEnded(recorder.waitStarted(inside("tool"), 0), false, 0);
    recorder.spanEnded({ ...toolOf("tool", undefined, "other"), ...late }, 1000);
    expect(calls).toMatchObject([{ dependency: "tool:other", outcome: "ok" }]);
  });

  it("may be absent: a wait with nothing above leaves no trace", () => {
    const { recorder } = newRecorder();
    const wait = recorder.waitStarted(runOf(LOOKUP), 0);
    recorder.waitEnded(wait, false, 0);
    recorder.spanStarted(chatOf("chat", undefined), 0);
    recorder.waitEnded(
      recorder.waitStarted(runOf(LOOKUP, { traceId: "t", parentSpanId: "gone" }), 0),
      false,
      0,
    );
    expect(countsOf(recorder.take(1000), "headway.call.duration")).toEqual({});
  });
});
