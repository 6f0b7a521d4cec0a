import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { benchSimulation } from "./event-queue.bench.ts";
import { EventQueue } from "./event-queue.ts";
import type { Planned } from "./event-queue.ts";
import { randomStream } from "./random.ts";

describe("virtual time", () => {
  it("lets things happen in the order of their times, and equal times in that of planning", () => {
    const events = new EventQueue();
    const seen: string[] = [];
    events.at(5, () => seen.push("b"));
    events.at(3, () => seen.push("a"));
    events.at(5, () => seen.push("c"));
    events.runUntil(5);
    expect(seen).toEqual(["a", "b", "c"]);
    expect(events).toMatchObject({ nowMs: 5, processed: 3 });
  });

  it("happens now, not in the past", () => {
    const events = new EventQueue();
    events.runUntil(10);
    let atMs = 0;
    events.at(4, () => (atMs = events.nowMs));
    events.runUntil(10);
    expect(atMs).toBe(10);
    events.runUntil(7);
    expect(events.nowMs).toBe(10);
  });

  it("leaves what comes later for later", () => {
    const events = new EventQueue();
    let count = 0;
    events.at(10.5, () => (count += 1));
    events.runUntil(10);
    expect(count).toBe(0);
    events.runUntil(11);
    expect(count).toBe(1);
  });

  it("forgets what was taken back, at any time and however often", () => {
    const events = new EventQueue();
    const seen: number[] = [];
    const planned = events.at(1, () => seen.push(1));
    events.at(2, () => seen.push(2));
    events.cancel(planned);
    events.cancel(planned);
    events.runUntil(3);
    events.cancel(planned);
    expect(seen).toEqual([2]);
    expect(events.processed).toBe(1);
  });

  it("is in order after a sweep, wherever the dead ones lay", () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const random = randomStream(seed, "sweep");
      const events = new EventQueue();
      const seen: number[] = [];
      const planned = Array.from({ length: 130 }, () =>
        events.at(random() * 100, () => seen.push(events.nowMs)),
      );
      for (const dead of planned.slice(0, 66)) events.cancel(dead);
      // Time as the events see it follows the heap, so a heap out of order shows as times out of order.
      events.runUntil(100);
      expect(seen).toEqual(
        planned
          .slice(66)
          .map(({ atMs }) => atMs)
          .sort((a, b) => a - b),
      );
    }
  });

  it("agrees with a sorted list, whatever is planned and taken back, sweeps of the heap included", () => {
    const step = fc.record({ atMs: fc.nat(50), cancels: fc.nat(200), runs: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 200, maxLength: 600 }), (steps) => {
        const events = new EventQueue();
        const planned: Planned[] = [];
        const seen: number[] = [];
        const live = new Map<number, number>();
        const expected: number[] = [];
        for (const [id, { atMs, cancels, runs }] of steps.entries()) {
          planned.push(events.at(atMs, () => seen.push(id)));
          live.set(id, Math.max(atMs, events.nowMs));
          // Three of four are taken back, as time-outs are.
          if (id % 4 > 0) {
            const other = Math.max(0, id - cancels);
            events.cancel(planned[other]!);
            live.delete(other);
          }
          if (runs > 0 || id % 150 > 0) continue;
          events.runUntil(events.nowMs + 3);
          takeUntil(live, events.nowMs, expected);
        }
        events.runUntil(100);
        takeUntil(live, 100, expected);
        expect(seen).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});

function takeUntil(live: Map<number, number>, endMs: number, into: number[]): void {
  const due = [...live]
    .filter(([, atMs]) => atMs <= endMs)
    .sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  for (const [id] of due) {
    into.push(id);
    live.delete(id);
  }
}

describe("its bench", () => {
  it("counts what happens: an arrival, an answer or a time-out each", () => {
    let ns = 0;
    const { events, eventsPerSecond } = benchSimulation({
      virtualS: 100,
      rounds: 1,
      cpuNs: () => (ns += 1e9),
    });
    // 57.6 a second for 100 s, two events each, and few time-outs: four standard errors of a Poisson count.
    expect(Math.abs(events - 11_520)).toBeLessThan(2 * 4 * Math.sqrt(5_760));
    expect(eventsPerSecond).toBe(events);
  });
});
