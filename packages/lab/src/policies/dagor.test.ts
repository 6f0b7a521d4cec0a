import { describe, expect, it } from "vitest";
import { DagorGuard, DagorWindow, levelOf } from "./dagor.ts";
import { attemptOf } from "./fixtures/desk.ts";
import { EventQueue } from "../simulation/event-queue.ts";

const MOST = 5 * 128 - 1;

/** A window of one request at each of so many levels, all of them admitted. */
function evenWindow(levels: number, queueMs: number): DagorWindow {
  const window = new DagorWindow();
  for (let level = 0; level < levels; level += 1) window.add(level, { isAdmitted: true, queueMs });
  return window;
}

describe("DAGOR's level", () => {
  it.each([
    [20, MOST],
    [20.01, 94],
  ])("at a mean queuing time of %f ms moves from 99 of 100 to %i", (queueMs, level) => {
    // Above 20 ms it falls by the 5 levels that hold 5 % of the admitted; else it rises till it finds 1 % more.
    expect(evenWindow(100, queueMs).nextLevel(99)).toBe(level);
  });

  it("rises by 1 % of the requests at a time", () => {
    const window = new DagorWindow();
    for (let level = 0; level < 400; level += 1)
      window.add(level, { isAdmitted: level < 200, queueMs: 0 });
    expect(window.nextLevel(199)).toBe(203);
  });

  it("stays where nothing came in", () => {
    expect(new DagorWindow().nextLevel(17)).toBe(17);
  });

  it("puts a priority's 128 cohorts together, and deals an agent a new one each hour", () => {
    const of = (priority: 1 | 2 | 5, agent: string, nowMs = 0): number =>
      levelOf(attemptOf({ priority, agent }), nowMs);
    const agents = Array.from({ length: 500 }, (_, at) => `agent-${at}`);
    expect(Math.max(...agents.map((agent) => of(1, agent)))).toBeLessThan(128);
    expect(Math.min(...agents.map((agent) => of(2, agent)))).toBeGreaterThanOrEqual(128);
    expect(Math.max(...agents.map((agent) => of(5, agent)))).toBeLessThanOrEqual(MOST);
    expect(new Set(agents.map((agent) => of(1, agent))).size).toBeGreaterThan(100);
    const moved = agents.filter((agent) => of(1, agent) !== of(1, agent, 3_600_000));
    expect(moved.length).toBeGreaterThan(450);
  });
});

describe("DAGOR before a dependency", () => {
  const scene = (queued: number) => {
    const events = new EventQueue();
    const guard = new DagorGuard(events, { queued, capacityPerSecond: 100 });
    const said: string[] = [];
    const ask = (priority: 1 | 5, agent: string): void =>
      guard.request(attemptOf({ priority, agent }), {
        go: () => said.push(`go ${priority}`),
        refuse: () => said.push(`refuse ${priority}`),
      });
    return { events, guard, said, ask };
  };

  it("sheds the least urgent in the next window when requests queue for longer than 20 ms", () => {
    const { events, guard, said, ask } = scene(3);
    for (let at = 0; at < 50; at += 1) {
      ask(1, `agent-${at}`);
      ask(5, `agent-${at}`);
    }
    expect(said.every((one) => one.startsWith("go"))).toBe(true);
    events.runUntil(1_000);
    expect(guard.level).toBeLessThan(MOST);
    for (let at = 0; at < 50; at += 1) {
      ask(1, `agent-${at}`);
      ask(5, `agent-${at}`);
    }
    expect(said.filter((one) => one === "refuse 1")).toHaveLength(0);
    // 5 % of a hundred; more only where the last cohort holds several.
    expect(said.filter((one) => one === "refuse 5").length).toBeGreaterThanOrEqual(5);
    expect(said.filter((one) => one === "refuse 5").length).toBeLessThan(12);
  });

  it("sheds nothing at a queue of 20 ms", () => {
    const { events, guard, ask } = scene(2);
    for (let at = 0; at < 50; at += 1) ask(5, `agent-${at}`);
    events.runUntil(1_000);
    expect(guard.level).toBe(MOST);
  });

  it("closes a window early after 2,000 requests", () => {
    const { guard, ask } = scene(3);
    for (let at = 0; at < 1_999; at += 1) ask(5, `agent-${at}`);
    expect(guard.level).toBe(MOST);
    ask(5, "agent");
    expect(guard.level).toBeLessThan(MOST);
  });
});
