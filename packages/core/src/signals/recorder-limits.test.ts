import { describe, expect, it } from "vitest";
import { countsOf, totalsOf } from "./fixtures/play.ts";
import { agentOf, chatOf, httpOf, play, spanOf, toolOf } from "./fixtures/spans.ts";
import { SignalRecorder } from "./recorder.ts";
import { RECORDER_LIMITS, type RecorderLimits } from "./recorder-limits.ts";

function newRecorder(limits: Partial<RecorderLimits> = {}): SignalRecorder {
  return new SignalRecorder({ instance: "i", limits });
}

describe("limits of a recorder", () => {
  it("are those of the design by default", () => {
    expect(RECORDER_LIMITS).toMatchObject({
      openSpans: 10_000,
      idleMs: 600_000,
      dependencies: 1_000,
      agentsPerDependency: 256,
      operationsPerDependency: 64,
      callersPerDependency: 64,
    });
  });

  it.each([
    [9, 9, undefined],
    [10, 10, undefined],
    [11, 10, 1],
    [25, 10, 15],
  ])("with %i spans open and room for 10: %i are tracked", (spans, tracked, dropped) => {
    const recorder = newRecorder({ openSpans: 10 });
    for (let index = 0; index < spans; index += 1)
      recorder.spanStarted(
        toolOf(`s${index}`, undefined, "search", { traceId: `t${index}` }),
        index,
      );
    const report = recorder.take(100);
    expect(countsOf(report, "headway.attempt.active")).toEqual({ "tool:search|3": tracked });
    expect(countsOf(report, "headway.span.dropped")["capacity"]).toBe(dropped);
  });

  it("let the one go that was touched the longest ago, so that a busy parent stays", () => {
    const recorder = newRecorder({ openSpans: 3 });
    recorder.spanStarted(agentOf("agent", undefined, "planner"), 0);
    for (let index = 0; index < 10; index += 1)
      recorder.spanStarted(toolOf(`tool${index}`, "agent"), 1 + index);
    play(recorder, toolOf("last", "agent"), 20, 21);
    expect(countsOf(recorder.take(100), "headway.agent.attempts")).toEqual({
      "tool:search|planner": 11,
    });
  });

  it.each([
    [599_999, 1, undefined],
    [600_000, 0, 1],
  ])("a span idle for %i ms: %i tracked", (idleMs, tracked, dropped) => {
    const recorder = newRecorder();
    recorder.spanStarted(toolOf("a", undefined), 0);
    const report = recorder.take(idleMs);
    expect(countsOf(report, "headway.attempt.active")["tool:search|3"] ?? 0).toBe(tracked);
    expect(countsOf(report, "headway.span.dropped")["idle"]).toBe(dropped);
  });

  it("a span with an open child is not idle, however old", () => {
    const recorder = newRecorder();
    recorder.spanStarted(chatOf("chat", undefined), 0);
    recorder.spanStarted(spanOf("between", "chat"), 1);
    recorder.spanStarted(httpOf("post", "between"), 599_000);
    recorder.sweep(700_000);
    recorder.spanEnded(httpOf("post", "between", 200), 700_001);
    recorder.spanEnded(spanOf("between", "chat"), 700_001);
    recorder.spanEnded(chatOf("chat", undefined), 700_002);
    expect(totalsOf(recorder.take(700_003))).toEqual({
      "model:openai/gpt-5": { calls: 1, attempts: 1, retries: 0 },
    });
  });

  it("a parent given up on takes no call with it: what failed below is told", () => {
    const recorder = newRecorder({ callHoldMs: 1_000_000 });
    recorder.spanStarted(spanOf("node", undefined), 0);
    play(recorder, toolOf("a", "node", "search", { failed: true }), 0, 1);
    expect(totalsOf(recorder.take(600_000))["tool:search"]).toEqual({
      calls: 0,
      attempts: 1,
      retries: 0,
    });
    expect(totalsOf(recorder.take(600_001))["tool:search"]).toEqual({
      calls: 1,
      attempts: 0,
      retries: 0,
    });
    recorder.spanEnded(spanOf("node", undefined), 600_003);
    expect(totalsOf(recorder.take(600_004))).toEqual({});
  });

  it.each([
    [3, 0],
    [4, 0],
    [5, 1],
    [9, 5],
  ])(
    "with %i dependencies and room for 4: %i attempts go to the overflow point",
    (dependencies, over) => {
      const recorder = newRecorder({ dependencies: 4 });
      for (let index = 0; index < dependencies; index += 1)
        play(recorder, toolOf(`s${index}`, undefined, `tool${index}`), index, index + 1);
      const report = recorder.take(100);
      const totals = totalsOf(report);
      expect(totals["(overflow)"]?.attempts ?? 0).toBe(over);
      expect(Object.values(totals).reduce((sum, { attempts }) => sum + attempts, 0)).toBe(
        dependencies,
      );
      expect(countsOf(report, "headway.signal.dropped")["cardinality"] !== undefined).toBe(
        over > 0,
      );
    },
  );

  it("counts by its reason what finds no room and stands in no overflow point", () => {
    const recorder = newRecorder({ dependencies: 1 });
    for (const dependency of ["tool:a", "tool:b", "tool:b"]) {
      recorder.setWaiting(dependency, 3, 1, 0);
      recorder.setLease(dependency, 1);
    }
    recorder.signalDropped("decision_table");
    expect(countsOf(recorder.take(100), "headway.signal.dropped")).toEqual({
      waiting: 2,
      lease: 2,
      decision_table: 1,
    });
    expect(countsOf(recorder.take(200), "headway.signal.dropped")).toEqual({});
  });

  it("a dependency that nothing happened at for a minute gives its place free", () => {
    const recorder = newRecorder({ dependencies: 1 });
    play(recorder, toolOf("a", undefined, "old"), 0, 1);
    for (let second = 1; second <= 61; second += 1) recorder.take(second * 1000);
    play(recorder, toolOf("b", undefined, "new"), 62_000, 62_001);
    expect(Object.keys(totalsOf(recorder.take(63_000)))).toEqual(["tool:new"]);
  });

  it.each([
    [3, undefined],
    [4, undefined],
    [5, 1],
  ])("with %i agents and room for 4: %s go to the overflow point", (agents, over) => {
    const recorder = newRecorder({ agentsPerDependency: 4 });
    for (let index = 0; index < agents; index += 1) {
      const attributes = {
        ...toolOf("", undefined).attributes,
        "gen_ai.agent.name": `agent${index}`,
      };
      play(recorder, toolOf(`s${index}`, undefined, "search", { attributes }), index, index + 1);
    }
    const attempts = countsOf(recorder.take(100), "headway.agent.attempts");
    expect(attempts["tool:search|true"]).toBe(over);
    expect(Object.values(attempts).reduce((sum, count) => sum + count, 0)).toBe(agents);
  });

  it.each([
    [3, undefined],
    [4, undefined],
    [6, 2],
  ])("with %i edges and room for 4: %s go to the overflow point", (edges, over) => {
    const recorder = newRecorder({ pairs: 4 });
    for (let index = 0; index < edges; index += 1)
      play(recorder, toolOf(`s${index}`, undefined, `tool${index}`), index, index + 1);
    expect(countsOf(recorder.take(100), "headway.edge.calls")["true"]).toBe(over);
  });

  it("forget the oldest failure beyond the limit, and tell its call", () => {
    const recorder = newRecorder({ failuresPerParent: 2 });
    recorder.spanStarted(spanOf("node", undefined), 0);
    for (const id of ["a", "b", "c"]) recorder.spanStarted(toolOf(id, "node"), 1);
    for (const id of ["a", "b", "c"])
      recorder.spanEnded(toolOf(id, "node", "search", { failed: true }), 10);
    expect(totalsOf(recorder.take(20))["tool:search"]).toEqual({
      calls: 1,
      attempts: 3,
      retries: 0,
    });
    for (const id of ["d", "e", "f"]) play(recorder, toolOf(id, "node"), 30, 40);
    expect(totalsOf(recorder.take(50))["tool:search"]).toEqual({
      calls: 3,
      attempts: 3,
      retries: 2,
    });
  });

  it("forget the failures of the parent that failed the longest ago, where parents are not seen", () => {
    const recorder = newRecorder({ traces: 2 });
    for (const parent of ["p1", "p2", "p3"]) {
      play(recorder, toolOf(`${parent}a`, parent, "search", { failed: true }), 0, 1);
    }
    for (const parent of ["p1", "p2", "p3"]) play(recorder, toolOf(`${parent}b`, parent), 2, 3);
    expect(totalsOf(recorder.take(10))["tool:search"]).toMatchObject({ attempts: 6, retries: 2 });
  });

  it("count what waits for a span beyond the limit as calls of their own", () => {
    const recorder = newRecorder({ undecidedPerSpan: 1 });
    const late = spanOf("llm", undefined, { scope: "@mastra/otel-bridge" });
    recorder.spanStarted(late, 0);
    play(recorder, httpOf("a", "llm", 200), 1, 2);
    play(recorder, httpOf("b", "llm", 200), 3, 4);
    recorder.spanEnded({ ...late, attributes: chatOf("", undefined).attributes }, 10);
    expect(totalsOf(recorder.take(20))).toEqual({
      "model:openai/gpt-5": { calls: 1, attempts: 1, retries: 0 },
      "http:api.example": { calls: 1, attempts: 1, retries: 0 },
    });
  });

  it("let what ended wait ten seconds for the span above, and no longer", () => {
    const recorder = newRecorder();
    recorder.spanStarted(spanOf("flow", undefined, { scope: "@mastra/otel-bridge" }), 0);
    play(recorder, httpOf("a", "flow", 200), 1, 100);
    expect(totalsOf(recorder.take(10_099))).toEqual({});
    expect(totalsOf(recorder.take(10_100))).toEqual({
      "http:api.example": { calls: 1, attempts: 1, retries: 0 },
    });
  });

  it("count what waited for a span above, and not what was itself given up on", () => {
    const recorder = newRecorder();
    const late = spanOf("llm", undefined, { scope: "@mastra/otel-bridge" });
    recorder.spanStarted(late, 0);
    recorder.spanStarted(httpOf("hangs", "llm"), 1);
    play(recorder, httpOf("good", "llm", 200), 599_990, 599_995);
    recorder.sweep(600_001);
    recorder.spanEnded({ ...late, attributes: chatOf("", undefined).attributes }, 600_002);
    expect(totalsOf(recorder.take(600_003))).toEqual({
      "model:openai/gpt-5": { calls: 1, attempts: 1, retries: 0 },
    });
  });

  it("wait for no span that has ended without saying what it is", () => {
    const recorder = newRecorder();
    const late = spanOf("late", undefined, { scope: "@mastra/otel-bridge" });
    recorder.spanStarted(late, 0);
    recorder.spanStarted(spanOf("between", "late"), 1);
    recorder.spanEnded(late, 2);
    play(recorder, httpOf("get", "between", 200), 3, 4);
    expect(totalsOf(recorder.take(5))).toEqual({
      "http:api.example": { calls: 1, attempts: 1, retries: 0 },
    });
  });

  it("hold with ids, names and numbers that mean harm", () => {
    const recorder = newRecorder({ openSpans: 4 });
    play(recorder, toolOf("__proto__", "__proto__", "constructor"), 0, 1);
    play(recorder, toolOf("a", "a", "x".repeat(10_000)), 5, 4);
    recorder.spanStarted(toolOf("twice", undefined), 6);
    recorder.spanStarted(toolOf("twice", "twice"), 7);
    recorder.spanEnded({ ...toolOf("twice", "twice"), durationMs: Number.NaN }, 8);
    const totals = totalsOf(recorder.take(10));
    expect(totals["tool:constructor"]?.attempts).toBe(1);
    expect(Object.keys(totals).every((dependency) => dependency.length <= 140)).toBe(true);
  });

  it.each([
    [3, { "tool:search|op0": 1, "tool:search|op1": 1, "tool:search|op2": 1 }, undefined],
    [
      4,
      { "tool:search|op0": 1, "tool:search|op1": 1, "tool:search|op2": 1, "tool:search|true": 1 },
      1,
    ],
  ])("of %i operations three are told apart", (operations, told, dropped) => {
    const recorder = newRecorder({ operationsPerDependency: 3 });
    for (let index = 0; index < operations; index += 1) {
      const run = recorder.runStarted(
        { dependency: "tool:search", priority: 3, operation: `op${index}` },
        0,
      );
      recorder.runEnded(run, { outcome: "ok" }, 10);
    }
    const report = recorder.take(100);
    expect(countsOf(report, "headway.attempt.self")).toEqual(told);
    expect(countsOf(report, "headway.signal.dropped")["cardinality"]).toBe(dropped);
  });
});
