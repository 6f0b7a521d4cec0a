import { describe, expect, it } from "vitest";
import { countsOf, secondsOf } from "./fixtures/play.ts";
import { newRecorder, play, runOf, toolOf } from "./fixtures/spans.ts";
import { quantileOf } from "./histogram.ts";
import type { SignalRecorder } from "./recorder.ts";

describe("an early report", () => {
  const fail = (recorder: SignalRecorder, nowMs: number, outcome: "error" | "throttled") =>
    recorder.runEnded(
      recorder.runStarted(runOf("tool:search"), nowMs),
      { outcome, ...(outcome === "throttled" && { throttle: "rate" as const }) },
      nowMs,
    );

  it("is due at the first throttle", () => {
    const { recorder } = newRecorder();
    expect(recorder.isUrgent(0)).toBe(false);
    fail(recorder, 0, "throttled");
    expect(recorder.isUrgent(0)).toBe(true);
    recorder.take(200);
    expect(recorder.isUrgent(400)).toBe(false);
  });

  it.each([
    [2, false],
    [3, true],
  ])("after %i errors in one window: %s", (errors, urgent) => {
    const { recorder } = newRecorder();
    for (let index = 0; index < errors; index += 1) fail(recorder, index, "error");
    expect(recorder.isUrgent(10)).toBe(urgent);
  });

  it("is not due again and again while it stays as bad", () => {
    const { recorder } = newRecorder();
    let urgent = 0;
    for (let second = 1; second <= 120; second += 1) {
      for (let index = 0; index < 10; index += 1) fail(recorder, second * 1000, "error");
      if (second > 60 && recorder.isUrgent(second * 1000 + 500)) urgent += 1;
      recorder.take(second * 1000 + 900);
    }
    expect(urgent).toBe(0);
  });

  it("comes no sooner than a tenth of a second after the last", () => {
    const { recorder } = newRecorder();
    recorder.take(1000);
    fail(recorder, 1001, "throttled");
    expect(recorder.isUrgent(1099)).toBe(false);
    expect(recorder.isUrgent(1100)).toBe(true);
  });

  it("is due when calls begin to wait", () => {
    const { recorder } = newRecorder();
    recorder.setWaiting("tool:search", 3, 0, 0);
    expect(recorder.isUrgent(0)).toBe(false);
    recorder.setWaiting("tool:search", 3, 2, 0);
    expect(recorder.isUrgent(0)).toBe(true);
  });

  it("is due four times a second while calls wait, however they come and go", () => {
    const { recorder } = newRecorder();
    let urgent = 0;
    for (let at = 1000; at < 6000; at += 50) {
      const priority = at % 100 === 0 ? 1 : 5;
      recorder.setWaiting("tool:search", priority, 1, at);
      if (recorder.isUrgent(at)) {
        urgent += 1;
        recorder.take(at);
      }
      recorder.setWaiting("tool:search", priority, 0, at + 25);
    }
    expect(urgent).toBe(20);
    expect(recorder.isUrgent(9000)).toBe(false);
  });

  it("is due once for each attempt that is open for twice as long as usual", () => {
    const { recorder } = newRecorder();
    const run = (startMs: number, tookMs: number): void => {
      const handle = recorder.runStarted(runOf("tool:search"), startMs);
      recorder.runEnded(handle, { outcome: "ok" }, startMs + tookMs);
    };
    for (let second = 0; second < 5; second += 1) run(second * 1000, 400);
    recorder.take(5000);
    recorder.runStarted(runOf("tool:search"), 5000);
    expect(recorder.isUrgent(5699)).toBe(false);
    expect(recorder.isUrgent(5799)).toBe(false);
    expect(recorder.isUrgent(5899)).toBe(true);
    recorder.take(5899);
    expect(recorder.isUrgent(7000)).toBe(false);
    recorder.runStarted(runOf("tool:search"), 6500);
    expect(recorder.isUrgent(7300)).toBe(true);
  });

  it("is due for no age before there were answers to compare it with", () => {
    const { recorder } = newRecorder();
    recorder.runStarted(runOf("tool:search"), 0);
    recorder.take(1000);
    expect(recorder.isUrgent(60_000)).toBe(false);
  });

  it("is due for each dependency by itself", () => {
    const { recorder } = newRecorder();
    recorder.setWaiting("tool:search", 3, 1, 0);
    recorder.take(100);
    recorder.setWaiting("tool:fetch", 3, 1, 200);
    expect(recorder.isUrgent(200)).toBe(true);
  });
});

describe("a report", () => {
  it("holds what the hook did, and zero once for what no longer waits", () => {
    const { recorder } = newRecorder();
    recorder.setWaiting("tool:search", 3, 2, 0);
    recorder.applied("tool:search", "hold", 1500);
    recorder.applied("tool:search", "proceed", 0);
    recorder.setLease("tool:search", 8);
    recorder.reportFailed("status_503");
    const report = recorder.take(1000);
    expect(countsOf(report, "headway.call.waiting")).toEqual({ "tool:search|3": 2 });
    expect(countsOf(report, "headway.decision.applied")).toEqual({
      "tool:search|hold": 1,
      "tool:search|proceed": 1,
    });
    expect(secondsOf(report, "headway.decision.wait")).toBe(1.5);
    expect(countsOf(report, "headway.lease.held")).toEqual({ "tool:search": 8 });
    expect(countsOf(report, "headway.report.failed")).toEqual({ status_503: 1 });
    recorder.setWaiting("tool:search", 3, 0, 1500);
    expect(countsOf(recorder.take(2000), "headway.call.waiting")).toEqual({ "tool:search|3": 0 });
    const last = recorder.take(3000);
    expect(countsOf(last, "headway.call.waiting")).toEqual({});
    expect(countsOf(last, "headway.decision.applied")).toEqual({});
    expect(countsOf(last, "headway.lease.held")).toEqual({ "tool:search": 8 });
  });

  it("begins its first window when the first news arrives, however old the news", () => {
    const { recorder } = newRecorder();
    recorder.spanEnded(toolOf("a", undefined, "search", { durationMs: 60_000 }), 100_000);
    expect(recorder.take(100_400).windowMs).toBe(400);
  });

  it("covers the time since the last one, and counts nothing twice", () => {
    const { recorder } = newRecorder();
    play(recorder, toolOf("a", undefined), 100, 300);
    const first = recorder.take(1100);
    expect(first).toMatchObject({ instance: "i", windowMs: 1000 });
    const latency = first.points.find(({ signal }) => signal === "headway.attempt.duration")?.value;
    expect(typeof latency === "object" ? quantileOf(latency, 0.5) : undefined).toBeCloseTo(0.2, 2);
    expect(recorder.take(1600)).toEqual({ instance: "i", windowMs: 500, points: [] });
  });
});
