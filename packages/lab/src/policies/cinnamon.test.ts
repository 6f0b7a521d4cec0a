import { describe, expect, it } from "vitest";
import { CinnamonLimit } from "./cinnamon-limit.ts";
import { cinnamon } from "./cinnamon.ts";
import { CorrelationWindow } from "./correlation-window.ts";
import { Desk, countOf } from "./fixtures/desk.ts";

/** Windows of 50 samples, 1.5 s apart. */
function windows(limit: CinnamonLimit, latenciesMs: readonly number[], inFlight = 20): void {
  let nowMs = limit.updatedMs;
  for (const latencyMs of latenciesMs) {
    nowMs += Math.max(2 * latencyMs, 1_000) + 1;
    for (let at = 0; at < 50; at += 1)
      limit.sample({ latencyMs, inFlight }, { nowMs, isFull: true });
  }
}

describe("Cinnamon's limit", () => {
  it("starts at 20 and grows by one with each window of even latency", () => {
    const limit = new CinnamonLimit();
    windows(limit, [100, 100, 100]);
    expect(limit.limit).toBe(23);
  });

  it("asks for 50 samples and a second between two changes", () => {
    const limit = new CinnamonLimit();
    const sample = { latencyMs: 100, inFlight: 20 };
    for (let at = 0; at < 49; at += 1) limit.sample(sample, { nowMs: 5_000, isFull: false });
    expect(limit.limit).toBe(20);
    for (let at = 0; at < 51; at += 1) limit.sample(sample, { nowMs: 5_001, isFull: false });
    expect(limit.limit).toBe(21);
    limit.sample(sample, { nowMs: 6_002, isFull: false });
    expect(limit.limit).toBe(22);
  });

  it("shrinks when the latency of many windows leaves its baseline", () => {
    const limit = new CinnamonLimit();
    windows(
      limit,
      Array.from({ length: 20 }, () => 100),
    );
    const before = limit.limit;
    windows(
      limit,
      Array.from({ length: 8 }, (_, at) => 400 + 100 * at),
    );
    expect(limit.limit).toBeLessThan(before);
  });

  it("never exceeds five times what is in flight, nor 200", () => {
    const few = new CinnamonLimit();
    windows(
      few,
      Array.from({ length: 60 }, () => 100),
      5,
    );
    expect(few.limit).toBe(25);
    const many = new CinnamonLimit();
    windows(
      many,
      Array.from({ length: 250 }, () => 100),
      100,
    );
    expect(many.limit).toBe(200);
  });
});

describe("a correlation", () => {
  it.each([
    ["rising together", (x: number) => 2 * x, 1],
    ["one rising, one falling", (x: number) => 100 - x, -1],
    ["one that stands still", () => 7, 0],
  ])("of %s", (_what, of, correlation) => {
    const window = new CorrelationWindow(50, 10);
    for (let x = 1; x < 10; x += 1) expect(window.add(x, of(x)).correlation).toBe(0);
    expect(window.add(10, of(10)).correlation).toBeCloseTo(correlation, 9);
  });

  it("forgets the pairs before its last 50", () => {
    const window = new CorrelationWindow(50, 10);
    for (let x = 1; x <= 30; x += 1) window.add(x, 1_000 - x);
    let last = 0;
    for (let x = 1; x <= 50; x += 1) last = window.add(x, x).correlation;
    expect(last).toBeCloseTo(1, 9);
  });
});

describe("Cinnamon", () => {
  it("queues three times its limit, then refuses everything", () => {
    const asked = new Desk(cinnamon, { draw: 0.5 }).askMany(100, { priority: 1 });
    expect(countOf(asked, "go")).toBe(20);
    expect(countOf(asked, "nothing")).toBe(60);
    expect(countOf(asked, "refuse")).toBe(20);
  });

  it("refuses the least urgent once more than twice its limit waits", () => {
    const desk = new Desk(cinnamon, { draw: 0.5 });
    desk.askMany(20);
    desk.askMany(25, { priority: 5 });
    desk.askMany(25, { priority: 1 });
    expect(desk.ask({ priority: 5 }).said).toBe("nothing");
    // 51 wait: the rate is 11/20, and that quantile of the levels is one of priority 1.
    desk.at(1_000);
    expect(desk.ask({ priority: 5 }).said).toBe("refuse");
    expect(desk.ask({ priority: 1 }).said).toBe("nothing");
  });

  it("refuses nobody by priority at twice its limit", () => {
    const desk = new Desk(cinnamon, { draw: 0.5 });
    desk.askMany(60, { priority: 5 });
    desk.at(1_000);
    expect(desk.ask({ priority: 5 }).said).toBe("nothing");
  });
});
