import { describe, expect, it } from "vitest";
import type { Outlived, Workflow } from "./attempt.ts";
import { FinishedSpans } from "./finished-spans.ts";
import { agentOf, httpOf, newRecorder, play, spanOf } from "./fixtures/spans.ts";
import { SPAN_KIND } from "./span-view.ts";
import { usageOf } from "./usage.ts";

describe("where an attempt stands", () => {
  it("is told with its call, its parent call, its root and what it took to come again", () => {
    const { recorder, attempts, calls } = newRecorder();
    const root = agentOf("1", undefined, "a");
    const tool = spanOf("2", "1", {
      attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search" },
    });
    recorder.spanStarted(root, 0);
    recorder.spanStarted(tool, 10);
    play(recorder, httpOf("3", "2", 503, "other.example"), 20, 30);
    play(recorder, httpOf("4", "2", 200, "other.example"), 45, 50);
    recorder.spanEnded({ ...tool, durationMs: 50 }, 60);
    recorder.spanEnded({ ...root, durationMs: 70 }, 70);
    const [first, second] = attempts.map(({ place }) => place);
    expect(second).toMatchObject({ retryGapMs: 15, isRetrySure: true, isForNobody: false });
    expect(first?.retryGapMs).toBeUndefined();
    expect(second?.call).toBe(first?.call);
    expect(second?.root).toBe(calls[0]?.place?.root);
    expect(calls).toHaveLength(1);
  });

  it("names the call that made it, and who called", () => {
    const { recorder, attempts } = newRecorder();
    const root = agentOf("1", undefined, "a");
    recorder.spanStarted(root, 0);
    recorder.spanStarted(httpOf("2", "1", 200, "front.example"), 10);
    const served = spanOf("3", "2", { kind: SPAN_KIND.server });
    recorder.spanStarted(served, 11);
    play(recorder, httpOf("4", "3", 200, "back.example"), 20, 30);
    recorder.spanEnded({ ...served, durationMs: 29 }, 40);
    recorder.spanEnded({ ...httpOf("2", "1", 200, "front.example"), durationMs: 40 }, 50);
    recorder.spanEnded({ ...root, durationMs: 60 }, 60);
    const [back, front] = attempts.map(({ place }) => place);
    expect(back).toMatchObject({ parentCall: front?.call, from: "http:front.example" });
    expect(front).toMatchObject({ parentCall: undefined, from: "a", servedMs: 29 });
    expect(back?.root).toBe(front?.root);
  });

  it("says that nobody waits where the call above has ended badly, and of the server that outlived it", () => {
    const outlived: Outlived[] = [];
    const { recorder, attempts } = newRecorder({ onOutlived: (told) => outlived.push(told) });
    const client = httpOf("2", undefined, 504, "front.example");
    const served = spanOf("3", "2", { kind: SPAN_KIND.server });
    recorder.spanStarted(client, 0);
    recorder.spanStarted(served, 1);
    play(recorder, httpOf("4", "3", 200, "early.example"), 10, 20);
    recorder.spanEnded({ ...client, durationMs: 100 }, 100);
    play(recorder, httpOf("5", "3", 200, "late.example"), 150, 160);
    expect(outlived).toEqual([]);
    recorder.spanEnded({ ...served, durationMs: 299 }, 300);
    expect(attempts.map(({ dependency, place }) => [dependency, place?.isForNobody])).toEqual([
      ["http:early.example", false],
      ["http:front.example", false],
      ["http:late.example", true],
    ]);
    expect(outlived).toMatchObject([
      { dependency: "http:front.example", outcome: "timeout", clientMs: 100, servedMs: 299 },
    ]);
  });

  it("is told of a workflow when its root ends, under the root's number", () => {
    const workflows: Workflow[] = [];
    const { recorder, attempts } = newRecorder({ onWorkflow: (told) => workflows.push(told) });
    const root = agentOf("1", undefined, "a");
    recorder.spanStarted(root, 0);
    play(recorder, httpOf("2", "1", 200), 10, 20);
    recorder.spanEnded({ ...root, durationMs: 30 }, 30);
    expect(workflows).toMatchObject([
      { workflow: "a", agent: "a", startMs: 0, durationMs: 30, attempts: 1 },
    ]);
    expect(workflows[0]?.root).toBe(attempts[0]?.place?.root);
  });
});

describe("the tokens of a call", () => {
  const chat = (attributes: object) => ({
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "m",
      ...attributes,
    },
  });

  it("are the outer layer's where two layers tell of them, else the sum of the inner ones", () => {
    const { recorder, calls } = newRecorder();
    const told = { "gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 5 };
    for (const [id, outer] of [
      ["1", { "gen_ai.usage.input_tokens": 20 }],
      ["5", {}],
    ] as const) {
      const above = spanOf(id, undefined, chat(outer));
      recorder.spanStarted(above, 0);
      play(recorder, spanOf(`${id}1`, id, chat(told)), 1, 2);
      play(recorder, spanOf(`${id}2`, id, chat(told)), 3, 4);
      recorder.spanEnded({ ...above, durationMs: 5 }, 5);
    }
    expect(calls.map(({ usage }) => usage)).toEqual([
      { tokensIn: 20, tokensOut: 0 },
      { tokensIn: 20, tokensOut: 10 },
    ]);
  });

  it.each([
    [{ "llm.token_count.prompt": "7" }, { tokensIn: 7, tokensOut: 0 }],
    [{ "gen_ai.usage.prompt_tokens": -1 }, { tokensIn: 0, tokensOut: 0 }],
    [{ "gen_ai.usage.prompt_tokens": 1e12 }, { tokensIn: 0, tokensOut: 0 }],
    [{ "gen_ai.usage.prompt_tokens": "many" }, undefined],
  ])("are read of %j", (attributes, usage) => {
    expect(usageOf(spanOf("1", undefined, { attributes }))).toEqual(usage);
  });
});

it("tells the time of each start and end before it is replayed", () => {
  const { recorder } = newRecorder();
  const times: number[] = [];
  const finished = new FinishedSpans({
    recorder,
    settleMs: 0,
    onTime: (atMs) => times.push(atMs),
  });
  finished.add({ ...httpOf("2", undefined, 200), startMs: 100, durationMs: 50 }, 150);
  finished.settle(1_000);
  expect(times).toEqual([100, 150]);
});
