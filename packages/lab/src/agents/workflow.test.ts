import { describe, expect, it } from "vitest";
import type { StepSpec } from "../scenario/scenario.ts";
import { EventQueue } from "../simulation/event-queue.ts";
import { randomStream } from "../simulation/random.ts";
import { Caller } from "./caller.ts";
import { FakeDependency, fakePlant, type Script } from "./fixtures/fake-plant.ts";
import { FakeGuard } from "./fixtures/fake-guard.ts";
import { SILENT } from "./fixtures/silent-observer.ts";
import { RetryLayers } from "./retry-layers.ts";
import { createStep } from "./workflow.ts";

const ok: Script = () => ({ outcome: "ok", afterMs: 100 });
const error: Script = () => ({ outcome: "error", afterMs: 10 });

function call(dependency: string, more: Partial<StepSpec & { kind: "call" }> = {}): StepSpec {
  return { kind: "call", dependency, operation: "do", fallback: [], optional: false, ...more };
}

interface RunOptions {
  readonly deadlineMs?: number;
  readonly flaky?: Script;
}

/** Runs the step with one try a call: `good` answers after 100 ms, `bad` fails after 10. */
function run(step: StepSpec, { deadlineMs = 60_000, flaky = error }: RunOptions = {}) {
  const events = new EventQueue();
  const dependencies = [
    new FakeDependency("good", events, ok),
    new FakeDependency("bad", events, error),
    new FakeDependency("flaky", events, flaky),
  ];
  const guard = new FakeGuard();
  const caller = new Caller({
    events,
    plant: fakePlant(...dependencies),
    dependencies: dependencies.map(({ id }) => ({ id, timeoutMs: 1_000 })),
    guards: [guard],
    observer: SILENT,
  });
  const once = { attempts: 1, backoff: { kind: "none" } } as const;
  const layers = new RetryLayers({ sdk: once, agent: once }, randomStream(1, "backoff"));
  const random = randomStream(1, "pauses");
  const results: string[] = [];
  createStep(step, { caller, layers })(
    {
      id: 1,
      workload: "w",
      agent: "a",
      process: 0,
      priority: 1,
      startedMs: 0,
      deadlineMs,
      random: () => random,
    },
    (isOk) => results.push(`${isOk ? "ok" : "failed"} at ${events.nowMs}`),
  );
  events.runUntil(100_000);
  return {
    results,
    calls: guard.attempts.map(({ dependency, askedMs }) => `${dependency} at ${askedMs}`),
    attempts: guard.attempts,
    callsMade: caller.calls,
  };
}

describe("a workflow's steps", () => {
  it("follow one another in a sequence", () => {
    const { results, calls } = run({ kind: "sequence", steps: [call("good"), call("good")] });
    expect(calls).toEqual(["good at 0", "good at 100"]);
    expect(results).toEqual(["ok at 200"]);
  });

  it("end a sequence where one fails", () => {
    const { results, calls } = run({ kind: "sequence", steps: [call("bad"), call("good")] });
    expect(calls).toEqual(["bad at 0"]);
    expect(results).toEqual(["failed at 10"]);
  });

  it("go on where the one that fails is optional", () => {
    const steps = [call("bad", { optional: true }), call("good")];
    expect(run({ kind: "sequence", steps }).results).toEqual(["ok at 110"]);
  });

  it("are not done in time where an optional one has taken all of it", () => {
    const step = call("flaky", { optional: true });
    const hung: Script = () => undefined;
    expect(run(step, { flaky: hung, deadlineMs: 1_001 }).results).toEqual(["ok at 1000"]);
    expect(run(step, { flaky: hung, deadlineMs: 1_000 }).results).toEqual(["failed at 1000"]);
  });

  it("start all at once, and are done when all are, good or bad", () => {
    const all = (...steps: StepSpec[]) => run({ kind: "all", steps });
    expect(all(call("good"), call("good")).calls).toEqual(["good at 0", "good at 0"]);
    expect(all(call("good"), call("good")).results).toEqual(["ok at 100"]);
    expect(all(call("bad"), call("good")).results).toEqual(["failed at 100"]);
    expect(all().results).toEqual(["ok at 0"]);
  });

  it("fall back in the order given, each a call of its own", () => {
    const { results, calls, attempts } = run(call("bad", { fallback: ["flaky", "good"] }));
    expect(calls).toEqual(["bad at 0", "flaky at 10", "good at 20"]);
    expect(new Set(attempts.map((attempt) => attempt.call)).size).toBe(3);
    expect(results).toEqual(["ok at 120"]);
    expect(run(call("good", { fallback: ["bad"] })).calls).toEqual(["good at 0"]);
    expect(run(call("bad", { fallback: ["flaky"] })).results).toEqual(["failed at 20"]);
  });

  it("repeat while they fail, so often at most", () => {
    const repeat = (times: number): StepSpec => ({
      kind: "repeat",
      step: call("flaky"),
      times,
      while: "failing",
    });
    const flaky: Script = (request) => ({ outcome: request < 3 ? "error" : "ok", afterMs: 10 });
    expect(run(repeat(5), { flaky }).results).toEqual(["ok at 30"]);
    expect(run(repeat(2), { flaky }).results).toEqual(["failed at 20"]);
  });

  it("make no more calls at the deadline, however often they would repeat or fall back", () => {
    const hung: Script = () => undefined;
    const step = call("flaky", { fallback: ["good"] });
    const late = run(
      { kind: "repeat", step, times: 100, while: "failing" },
      { flaky: hung, deadlineMs: 500 },
    );
    expect(late).toMatchObject({ results: ["failed at 500"], calls: ["flaky at 0"], callsMade: 1 });
  });

  it("repeat regardless, and the last one counts", () => {
    const flaky: Script = (request) => ({ outcome: request < 3 ? "error" : "ok", afterMs: 10 });
    const step: StepSpec = { kind: "repeat", step: call("flaky"), times: 4, while: "always" };
    expect(run(step, { flaky })).toMatchObject({ results: ["ok at 40"] });
    expect(run(step, { flaky }).calls).toHaveLength(4);
    expect(run(step).results).toEqual(["failed at 40"]);
  });

  it("pause, and fail at the deadline where the pause goes beyond it", () => {
    const step: StepSpec = {
      kind: "sequence",
      steps: [{ kind: "pause", meanMs: 1_000 }, call("good")],
    };
    const [paused] = run(step).calls;
    expect(Number(paused!.split(" ").at(-1))).toBeGreaterThan(0);
    expect(run(step, { deadlineMs: 1 })).toMatchObject({ calls: [], results: ["failed at 1"] });
  });
});
