import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countsOf, totalsOf } from "./fixtures/play.ts";
import { chatOf, httpOf, newRecorder, runOf, spanOf, toolOf } from "./fixtures/spans.ts";
import type { SignalRecorder } from "./recorder.ts";
import { RECORDER_LIMITS } from "./recorder-limits.ts";
import type { SignalReport } from "./report.ts";
import type { RunEnd, RunHandle } from "./run.ts";
import { RunRoutes } from "./run-route.ts";
import { SignalWindow } from "./signal-window.ts";
import { newTrace } from "./traces.ts";

const ENDS: readonly RunEnd[] = [
  { outcome: "ok" },
  { outcome: "ok" },
  { outcome: "ok", retryAfterMs: 30 },
  { outcome: "error" },
  { outcome: "throttled", throttle: "rate" },
  { outcome: "refused" },
];

/** Which run is meant: so many before the latest. */
const any = fc.integer({ min: 0, max: 3 });

const step = fc.oneof(
  fc.record({
    kind: fc.constant("start" as const),
    dependency: fc.constantFrom("tool:a", "tool:b"),
    operation: fc.constantFrom(undefined, "read"),
    agent: fc.constantFrom(undefined, "one"),
    priority: fc.constantFrom(1 as const, 3 as const),
    below: fc.option(any, { nil: undefined, freq: 4 }),
  }),
  fc.record({ kind: fc.constant("span" as const), below: any, isEnded: fc.boolean() }),
  fc.record({ kind: fc.constant("end" as const), run: any, end: fc.constantFrom(...ENDS) }),
  fc.record({ kind: fc.constant("take" as const) }),
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** An open span that may be a call of a source that hangs its spans elsewhere: beside one, every run is put into the tree. */
const OUTSIDER = spanOf("outsider", undefined, {
  traceId: "elsewhere",
  scope: "openinference.instrumentation",
});

function take(recorder: SignalRecorder, nowMs: number): unknown {
  return sorted(recorder.take(nowMs));
}

function sorted({ points }: SignalReport): unknown {
  return points
    .map((point) => JSON.stringify(point, (key, value) => (key === "sum" ? undefined : value)))
    .sort();
}

function playSteps(steps: readonly Step[], inTree: boolean): unknown {
  const { recorder, attempts, calls } = newRecorder();
  const runs: RunHandle[] = [];
  const reports: unknown[] = [];
  let nowMs = 0;
  if (inTree) recorder.spanStarted(OUTSIDER, 0);
  for (const [index, one] of steps.entries()) {
    nowMs += 10;
    const at = (before: number): RunHandle | undefined => runs[runs.length - 1 - before];
    if (one.kind === "start") {
      const { dependency, operation, agent, priority, below } = one;
      const parent = below === undefined ? undefined : at(below);
      const optional = {
        ...(operation !== undefined && { operation }),
        ...(agent !== undefined && { agent }),
        ...(parent !== undefined && { parent }),
      };
      runs.push(recorder.runStarted({ dependency, priority, ...optional }, nowMs));
    } else if (one.kind === "span") {
      const span = httpOf(`s${index}`, undefined, 200, "any.example", { traceId: `t${index}` });
      recorder.spanStarted(span, nowMs, at(one.below));
      if (one.isEnded) recorder.spanEnded(span, nowMs + 3);
    } else if (one.kind === "end") {
      const run = at(one.run);
      if (run !== undefined) recorder.runEnded(run, one.end, nowMs);
    } else reports.push(take(recorder, nowMs));
  }
  reports.push(take(recorder, nowMs + 10));
  // The outsider takes the first number, so all others are one further.
  const unplaced = <Told extends object>(told: Told): Told => ({ ...told, place: undefined });
  return { reports, attempts: attempts.map(unplaced), calls: calls.map(unplaced) };
}

describe("a run with nothing above it", () => {
  it("is counted as the tree would count it, whatever comes to lie below it and however it ends", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40, size: "max" }), (steps) => {
        expect(playSteps(steps, false)).toEqual(playSteps(steps, true));
      }),
      { numRuns: 500 },
    );
  });

  it("that comes after a failure of its like is a retry", () => {
    const { recorder } = newRecorder();
    for (const [at, outcome] of [
      [0, "error"],
      [100, "ok"],
      [200, "ok"],
    ] as const)
      recorder.runEnded(recorder.runStarted(runOf("tool:a"), at), { outcome }, at + 10);
    expect(totalsOf(recorder.take(1_000))).toEqual({
      "tool:a": { calls: 2, attempts: 3, retries: 1 },
    });
  });

  it("is the call that a span below a session is a layer of: the latest open one", () => {
    const { recorder, attempts } = newRecorder();
    recorder.spanStarted(spanOf("session", undefined, { name: "mcp.client.session" }), 0);
    const first = recorder.runStarted(runOf("tool:search", { agent: "first" }), 1);
    const latest = recorder.runStarted(runOf("tool:search", { agent: "latest" }), 2);
    recorder.spanStarted(toolOf("tool", "session"), 3);
    recorder.spanEnded(toolOf("tool", "session"), 5);
    recorder.runEnded(latest, { outcome: "ok" }, 6);
    recorder.runEnded(first, { outcome: "ok" }, 9);
    expect(attempts.map(({ startMs }) => startMs)).toEqual([3, 1]);
    expect(totalsOf(recorder.take(1_000))).toEqual({
      "tool:search": { calls: 2, attempts: 2, retries: 0 },
    });
  });

  it("is counted where it ends, though its dependency was long idle and forgotten meanwhile", () => {
    const { recorder } = newRecorder();
    const run = recorder.runStarted(runOf("tool:a"), 0);
    for (let second = 1; second <= 62; second += 1) recorder.take(second * 1_000);
    recorder.runEnded(run, { outcome: "ok" }, 62_500);
    expect(countsOf(recorder.take(63_000), "headway.attempt.duration")).toEqual({
      "tool:a|ok|false": 1,
    });
  });

  it("follows nothing any more where its agent was forgotten for 16 others", () => {
    const { recorder } = newRecorder();
    const runBy = (agent: string, dependency: string): void =>
      recorder.runEnded(recorder.runStarted(runOf(dependency, { agent }), 0), { outcome: "ok" }, 1);
    runBy("agent", "tool:a");
    for (let other = 0; other < 16; other += 1) runBy(`other${other}`, "tool:a");
    runBy("agent", "tool:a");
    expect(countsOf(recorder.take(1_000), "headway.transition")).toEqual({});
  });

  it("is open until it ends, with its age", () => {
    const { recorder } = newRecorder();
    const runs = [0, 100, 200].map((at) => recorder.runStarted(runOf("tool:a"), at));
    recorder.runEnded(runs[1]!, { outcome: "ok" }, 300);
    const report = recorder.take(1_000);
    expect(countsOf(report, "headway.attempt.active")).toEqual({ "tool:a|3": 2 });
    const age = report.points.find(({ signal }) => signal === "headway.attempt.active.age");
    expect(age?.value).toMatchObject({ count: 2, min: 0.8, max: 1 });
  });

  it("gives way, the oldest first, where there are too many, and is counted as dropped", () => {
    const { recorder } = newRecorder({ limits: { openSpans: 2 } });
    const runs = [0, 1, 2].map((at) => recorder.runStarted(runOf("tool:a"), at));
    for (const run of runs) recorder.runEnded(run, { outcome: "ok" }, 10);
    const report = recorder.take(1_000);
    expect(countsOf(report, "headway.span.dropped")).toEqual({ capacity: 1 });
    expect(countsOf(report, "headway.attempt.duration")).toEqual({ "tool:a|ok|false": 2 });
  });

  it.each([
    [599_999, {}, 1],
    [600_000, { idle: 1 }, 0],
  ])("%i ms after its start: %o given up on", (atMs, dropped, active) => {
    const { recorder } = newRecorder();
    recorder.runStarted(runOf("tool:a"), 0);
    const report = recorder.take(atMs);
    expect(countsOf(report, "headway.span.dropped")).toEqual(dropped);
    expect(countsOf(report, "headway.attempt.active")["tool:a|3"] ?? 0).toBe(active);
  });

  it("that was given up on is the parent of what begins in it later, and ends no more", () => {
    const { recorder } = newRecorder();
    const run = recorder.runStarted(runOf("tool:a"), 0);
    recorder.sweep(600_000);
    recorder.spanStarted(chatOf("chat", undefined), 600_001, run);
    recorder.runEnded(run, { outcome: "ok" }, 600_002);
    const report = recorder.take(600_010);
    expect(countsOf(report, "headway.edge.calls")).toMatchObject({
      "tool:a|model:openai/gpt-5": 1,
    });
    expect(countsOf(report, "headway.attempt.duration")).toEqual({});
  });

  it("of more dependencies than there is room for counts as dropped, each time", () => {
    const { recorder } = newRecorder({ limits: { dependencies: 1 } });
    for (const dependency of ["tool:a", "tool:b", "tool:b"])
      recorder.runEnded(recorder.runStarted(runOf(dependency), 0), { outcome: "ok" }, 1);
    const report = recorder.take(1_000);
    expect(totalsOf(report)["tool:a"]).toEqual({ calls: 1, attempts: 1, retries: 0 });
    expect(countsOf(report, "headway.signal.dropped")["cardinality"]).toBeGreaterThanOrEqual(2);
  });

  it("is counted the same after more names than are remembered", () => {
    const window = new SignalWindow(RECORDER_LIMITS);
    const routes = new RunRoutes(window, newTrace(""), 2);
    for (let round = 0; round < 2; round += 1)
      for (const agent of ["a", "b", "c"]) {
        routes.count(routes.of(runOf("tool:a"), agent));
        expect(routes.size).toBeLessThanOrEqual(2);
      }
    const attempts = ["a", "b", "c"].map((agent) => window.cell("tool:a").agentCount(agent));
    expect(attempts.map((count) => count.attempts)).toEqual([2, 2, 2]);
  });
});
