import { describe, expect, it } from "vitest";
import { countsOf, secondsOf } from "./fixtures/play.ts";
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

const MODEL = "model:openai/gpt-5";

describe("the shape of the work", () => {
  it("is the calls to one dependency below one parent: retries and layers do not widen it", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(agentOf("agent", undefined, "planner"), 0);
    for (let index = 0; index < 5; index += 1)
      play(recorder, toolOf(`tool${index}`, "agent", "search"), 1 + index, 50);
    play(recorder, toolOf("bad", "agent", "fetch", { failed: true }), 60, 70);
    play(recorder, toolOf("good", "agent", "fetch"), 80, 90);
    recorder.spanEnded(agentOf("agent", undefined, "planner"), 100);
    const report = recorder.take(1000);
    const widths = report.points.filter(({ signal }) => signal === "headway.fanout.width");
    expect(
      widths.map(({ attributes, value }) => [
        attributes.from,
        attributes.to,
        typeof value === "number" ? value : value.sum,
      ]),
    ).toEqual([
      ["planner", "tool:search", 5],
      ["planner", "tool:fetch", 1],
    ]);
  });

  it("is not told by a session, which everybody's requests hang below", () => {
    const { recorder } = newRecorder();
    const session = spanOf("session", undefined, { name: "mcp.client.session" });
    recorder.spanStarted(session, 0);
    for (const id of ["a", "b"]) play(recorder, toolOf(id, "session"), 1, 2);
    recorder.spanEnded(session, 10);
    expect(countsOf(recorder.take(20), "headway.fanout.width")).toEqual({});
  });

  it("is the edge from the nearest dependency, else from the agent", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(agentOf("agent", undefined, "planner"), 0);
    recorder.spanStarted(toolOf("tool", "agent"), 1);
    play(recorder, chatOf("chat", "tool"), 2, 3);
    recorder.spanStarted(agentOf("sub", "tool", "helper"), 4);
    play(recorder, chatOf("chat2", "sub"), 5, 6);
    recorder.spanEnded(agentOf("sub", "tool", "helper"), 7);
    recorder.spanEnded(toolOf("tool", "agent"), 8);
    recorder.spanEnded(agentOf("agent", undefined, "planner"), 9);
    expect(countsOf(recorder.take(10), "headway.edge.calls")).toEqual({
      "planner|tool:search": 1,
      [`tool:search|${MODEL}`]: 1,
      [`helper|${MODEL}`]: 1,
    });
  });

  it("is the order of an agent's calls in one workflow", () => {
    const { recorder } = newRecorder();
    const step = (trace: string, id: string, tool: string, at: number) =>
      play(recorder, toolOf(id, `root-${trace}`, tool, { traceId: trace }), at, at + 1);
    step("t1", "a", "search", 0);
    step("t2", "b", "fetch", 10);
    step("t1", "c", "fetch", 20);
    step("t1", "d", "search", 30);
    expect(countsOf(recorder.take(100), "headway.transition")).toEqual({
      "tool:search|tool:fetch": 1,
      "tool:fetch|tool:search": 1,
    });
  });

  it("is a workflow's attempts when its root ends, by the root's class", () => {
    const { recorder } = newRecorder();
    const root = (id: string, rest = {}) =>
      spanOf(id, undefined, {
        traceId: id,
        name: "job 4711",
        resource: { "service.name": "kyc" },
        ...rest,
      });
    recorder.spanStarted(root("a"), 0);
    for (const id of ["x", "y"]) play(recorder, toolOf(id, "a", "search", { traceId: "a" }), 1, 2);
    recorder.spanEnded(root("a"), 10);
    recorder.spanStarted(agentOf("b", undefined, "planner", { traceId: "b" }), 20);
    play(recorder, toolOf("z", "b", "search", { traceId: "b" }), 21, 22);
    recorder.spanEnded(agentOf("b", undefined, "planner", { traceId: "b" }), 30);
    const { points } = recorder.take(100);
    const workflows = points.filter(({ signal }) => signal === "headway.workflow.attempts");
    expect(
      workflows.map(({ attributes, value }) => [
        attributes.workflow,
        typeof value === "number" ? value : value.sum,
      ]),
    ).toEqual([
      ["kyc", 2],
      ["planner", 1],
    ]);
  });

  it("leaves out of a workflow what Headway refused", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(agentOf("agent", undefined, "planner"), 0);
    for (const outcome of ["ok", "refused"] as const) {
      const run = runOf("tool:search", { traceId: "t", parentSpanId: "agent" });
      recorder.runEnded(recorder.runStarted(run, 1), { outcome }, 2);
    }
    recorder.spanEnded(agentOf("agent", undefined, "planner"), 3);
    expect(secondsOf(recorder.take(10), "headway.workflow.attempts")).toBe(1);
  });

  it("is each local root's own attempts, where a trace enters the process twice", () => {
    const { recorder } = newRecorder();
    for (const [root, tools] of [
      ["a", 1],
      ["b", 2],
    ] as const) {
      recorder.spanStarted(agentOf(root, "remote", "planner"), 0);
      for (let index = 0; index < tools; index += 1)
        play(recorder, toolOf(`${root}${index}`, root), 1, 2);
      recorder.spanEnded(agentOf(root, "remote", "planner"), 3);
    }
    expect(secondsOf(recorder.take(10), "headway.workflow.attempts")).toBe(1 + 2);
  });

  it("is no repetition where one call is tried again and again", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(agentOf("agent", undefined, "patient"), 0);
    for (let index = 0; index < 5; index += 1) {
      const tried = toolOf(`t${index}`, "agent", "search", { failed: index < 4 });
      play(recorder, tried, index * 2000, index * 2000 + 100);
    }
    expect(countsOf(recorder.take(20_000), "headway.repeat.length")).toEqual({});
  });

  it.each([
    [
      "is none over one agent's cases, each with a workflow of its own",
      (index: number) => `case ${index}`,
      {},
    ],
    ["is one within one workflow of runs", () => "one case", { "tool:search|clerk|ok": 6 }],
  ])("%s", (_, workflowOf, told) => {
    const { recorder } = newRecorder();
    for (let index = 0; index < 6; index += 1) {
      const start = runOf("tool:search", { agent: "clerk", workflow: workflowOf(index) });
      const run = recorder.runStarted(start, index * 2000);
      recorder.runEnded(run, { outcome: "ok" }, index * 2000 + 100);
    }
    expect(countsOf(recorder.take(11_000), "headway.repeat.length")).toEqual(told);
  });

  it("counts a workflow's attempt once, though the request below says it is the second", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(agentOf("agent", undefined, "planner"), 0);
    recorder.spanStarted(chatOf("chat", "agent"), 1);
    const resent = { ...httpOf("", undefined).attributes, "http.request.resend_count": 1 };
    play(recorder, httpOf("post", "chat", 200, "any", { attributes: resent }), 2, 3);
    recorder.spanEnded(chatOf("chat", "agent"), 4);
    recorder.spanEnded(agentOf("agent", undefined, "planner"), 5);
    const report = recorder.take(10);
    expect(secondsOf(report, "headway.workflow.attempts")).toBe(1);
    expect(countsOf(report, "headway.agent.attempts")).toEqual({ [`${MODEL}|planner`]: 1 });
    expect(countsOf(report, "headway.agent.retries")).toEqual({ [`${MODEL}|planner`]: 1 });
  });

  it("is a repetition, evenly spaced, by agent", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(agentOf("agent", undefined, "looper"), 0);
    for (let index = 0; index < 6; index += 1)
      play(recorder, toolOf(`t${index}`, "agent"), index * 2000, index * 2000 + 100);
    const told = { "tool:search|looper|ok": 6 };
    expect(countsOf(recorder.take(11_000), "headway.repeat.length")).toEqual(told);
    // A further cycle may still come.
    expect(countsOf(recorder.take(14_000), "headway.repeat.length")).toEqual(told);
    expect(countsOf(recorder.take(15_000), "headway.repeat.length")).toEqual({});
  });

  it("is a failing one where each step of the agent fails, and steps are no retries of each other", () => {
    const { recorder } = newRecorder();
    recorder.spanStarted(agentOf("agent", undefined, "looper"), 0);
    for (let index = 0; index < 6; index += 1) {
      const startMs = index * 2000;
      recorder.spanStarted(spanOf(`step${index}`, "agent"), startMs);
      play(
        recorder,
        toolOf(`t${index}`, `step${index}`, "search", { failed: true }),
        startMs,
        startMs + 9,
      );
      recorder.spanEnded(spanOf(`step${index}`, "agent"), startMs + 10);
    }
    expect(countsOf(recorder.take(11_000), "headway.repeat.length")).toEqual({
      "tool:search|looper|error": 6,
    });
  });

  it.each([
    ["differ", (index: number) => 123_456_789 + index, []],
    ["are the same", () => 123_456_789, [{ digest: true, value: 6 }]],
    ["are not compared", () => undefined, [{ digest: undefined, value: 6 }]],
  ])("says whether arguments %s by a digest that it never reports", (_, digestOf, told) => {
    const { recorder } = newRecorder();
    const parent = recorder.runStarted(runOf("http:x"), 0);
    for (let index = 0; index < 6; index += 1) {
      const digest = digestOf(index);
      const run = runOf("tool:search", { parent, ...(digest !== undefined && { digest }) });
      recorder.runEnded(
        recorder.runStarted(run, index * 1000),
        { outcome: "ok" },
        index * 1000 + 5,
      );
    }
    const report = recorder.take(6000);
    const points = report.points.filter(({ signal }) => signal === "headway.repeat.length");
    expect(points.map(({ attributes, value }) => ({ digest: attributes.digest, value }))).toEqual(
      told,
    );
    expect(JSON.stringify(report)).not.toContain("12345678");
  });
});

it("compares the arguments that a hook's run has, where a span around it is the call", () => {
  const { recorder } = newRecorder();
  recorder.spanStarted(agentOf("agent", undefined, "looper"), 0);
  for (let index = 0; index < 6; index += 1) {
    const tool = toolOf(`t${index}`, "agent");
    recorder.spanStarted(tool, index * 1000);
    const run = runOf("tool:search", { traceId: "t", parentSpanId: tool.spanId, digest: 7 });
    recorder.runEnded(
      recorder.runStarted(run, index * 1000 + 1),
      { outcome: "ok" },
      index * 1000 + 5,
    );
    recorder.spanEnded({ ...tool, durationMs: 6 }, index * 1000 + 6);
  }
  const { points } = recorder.take(6000);
  const told = points.filter(({ signal }) => signal === "headway.repeat.length");
  expect(told).toMatchObject([{ attributes: { outcome: "ok", digest: true }, value: 6 }]);
});

describe("who calls", () => {
  it("is the nearest agent, else whom the resource names, else the process' own name", () => {
    const { recorder } = newRecorder({ agent: "me" });
    const tool = (id: string, parent: string | undefined, resource = {}) =>
      play(recorder, toolOf(id, parent, "search", { traceId: id, resource }), 0, 1);
    tool("a", undefined);
    tool("b", undefined, { "gen_ai.main_agent.name": "main" });
    tool("c", undefined, { "service.instance.id": "pod-1" });
    recorder.spanStarted(agentOf("agent", undefined, "planner", { traceId: "d" }), 4);
    tool("d", "agent");
    expect(countsOf(recorder.take(10), "headway.agent.attempts")).toEqual({
      "tool:search|me": 2,
      "tool:search|main": 1,
      "tool:search|planner": 1,
    });
  });

  it("is each sender's instance where spans of several come together", () => {
    const { recorder } = newRecorder();
    const tool = (id: string, resource = {}) =>
      play(recorder, toolOf(id, undefined, "search", { traceId: id, resource }), 0, 1);
    tool("a", { "service.instance.id": "pod-1" });
    tool("b", { "service.instance.id": "pod-2" });
    tool("c");
    expect(countsOf(recorder.take(10), "headway.agent.attempts")).toEqual({
      "tool:search|pod-1": 1,
      "tool:search|pod-2": 1,
      "tool:search|i": 1,
    });
  });
});
