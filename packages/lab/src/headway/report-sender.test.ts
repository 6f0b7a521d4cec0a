import { SignalRecorder } from "@headway/core/signals";
import type { SignalReport } from "@headway/core/signals";
import { describe, expect, it } from "vitest";
import { EventQueue } from "../simulation/event-queue.ts";
import { ReportSender } from "./report-sender.ts";
import { VirtualClock } from "./virtual-clock.ts";

class Scene {
  readonly events = new EventQueue();
  readonly clock = new VirtualClock(this.events);
  readonly recorder = new SignalRecorder({ instance: "p0" });
  readonly sentAtMs: number[] = [];
  readonly reports: SignalReport[] = [];
  isTaken = true;
  latencyMs = 0;
  readonly sender = new ReportSender({
    recorder: this.recorder,
    clock: this.clock,
    intervalMs: 1_000,
    send: (report, done) => {
      this.sentAtMs.push(this.events.nowMs);
      this.reports.push(report);
      this.events.after(this.latencyMs, () => done(this.isTaken));
    },
  });

  /** Nothing that would be news. */
  succeed(): void {
    const nowMs = this.clock.now();
    const run = this.recorder.runStarted({ dependency: "tool:x", priority: 3 }, nowMs);
    this.recorder.runEnded(run, { outcome: "ok" }, nowMs);
  }

  /** Fails as many times: three are a turn for the worse. */
  fail(times: number): void {
    for (let time = 0; time < times; time += 1) {
      const nowMs = this.clock.now();
      const run = this.recorder.runStarted({ dependency: "tool:x", priority: 3 }, nowMs);
      this.recorder.runEnded(run, { outcome: "error" }, nowMs);
      this.sender.flushIfUrgent(nowMs);
    }
  }
}

describe("a process reports", () => {
  it("every interval from its own phase on, while there is something to say", () => {
    const scene = new Scene();
    for (const atMs of [300, 1_300, 2_300]) scene.events.at(atMs, () => scene.fail(1));
    scene.sender.start(250);
    scene.events.runUntil(10_000);
    // The first and the last are empty: gauges fall to zero by it. Then nothing is said.
    expect(scene.sentAtMs).toEqual([250, 1_250, 2_250, 3_250, 4_250]);
  });

  it("before its time when the window turns bad, but not within 200 ms of its last", () => {
    const scene = new Scene();
    scene.sender.start(1_000);
    scene.events.at(1_100, () => scene.fail(3));
    scene.events.at(1_199, () => scene.fail(1));
    scene.events.at(1_200, () => scene.fail(1));
    scene.events.runUntil(1_900);
    expect(scene.sentAtMs).toEqual([1_000, 1_200]);
    expect(scene.reports[1]?.windowMs).toBe(200);
  });

  it("no interval before the last report is answered; the next covers a longer window", () => {
    const scene = new Scene();
    scene.latencyMs = 1_450;
    scene.sender.start(0);
    for (let ms = 100; ms < 4_000; ms += 100) scene.events.at(ms, () => scene.succeed());
    scene.events.runUntil(3_900);
    expect(scene.sentAtMs).toEqual([0, 2_000]);
    expect(scene.reports[1]?.windowMs).toBe(2_000);
  });

  it("what is urgent beside one that is under way, and never more than two at a time", () => {
    const scene = new Scene();
    scene.latencyMs = 1_450;
    scene.sender.start(0);
    for (let ms = 100; ms < 4_000; ms += 100) scene.events.at(ms, () => scene.fail(3));
    scene.events.runUntil(3_900);
    // 0 is answered at 1,450 and 200 at 1,650: each makes room for one.
    expect(scene.sentAtMs).toEqual([0, 200, 1_500, 1_700, 3_000, 3_300]);
  });

  it("that a report failed, in its next", () => {
    const scene = new Scene();
    scene.isTaken = false;
    scene.sender.start(0);
    scene.events.runUntil(1_500);
    expect(scene.reports[1]?.points).toContainEqual({
      signal: "headway.report.failed",
      attributes: { reason: "network" },
      value: 1,
    });
  });
});
