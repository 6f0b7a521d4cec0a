import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WindowView } from "./engine-types.ts";
import { WindowHistories } from "./window-history.ts";

const START = 1_700_000_000_000;

function view(second: number, change: Partial<WindowView> = {}): WindowView {
  return {
    endMs: START + second * 1_000,
    windowMs: 1_000,
    calls: 9,
    attempts: 12,
    retries: 3,
    outcomes: { ok: 1, error: 2, throttled: 3, timeout: 4, cancelled: 5, refused: 6 },
    inFlight: 7,
    waiting: 8,
    agents: 10,
    instances: 11,
    bound: 90.25,
    latencyMs: { p50: 0.1, p95: 123.4, p99: 60_000 },
    ...change,
  };
}

const shelf = (windowsMax: number, historyMs = 900_000): WindowHistories =>
  new WindowHistories({ historyMs, windowsMax });

describe("a history", () => {
  it("gives back what it was given, whatever of it is missing", () => {
    const history = shelf(1_000).open();
    const views = [
      view(1, { endMs: START + 1_003 }),
      view(2, { bound: null }),
      view(900, { latencyMs: null }),
    ];
    for (const each of views) history.keep(each);
    expect(history.since(START)).toEqual(views);
  });

  it("goes back as far as it is told to, and not a millisecond more", () => {
    const history = shelf(1_000, 10_000).open();
    for (let second = 1; second <= 50; second += 1) history.keep(view(second));
    const ends = history.since(START + 50_000).map(({ endMs }) => (endMs - START) / 1_000);
    expect(ends).toEqual([41, 42, 43, 44, 45, 46, 47, 48, 49, 50]);
  });

  it.each([
    [{}, 1, 50],
    [{ fromMs: START + 20_000 }, 21, 50],
    [{ toMs: START + 20_000 }, 1, 20],
    [{ fromMs: START + 20_000, toMs: START + 20_000 }, 0, 0],
    [{ fromMs: START + 19_999, toMs: START + 20_000 }, 20, 20],
    [{ fromMs: START + 39_500, toMs: START + 41_500 }, 40, 41],
    [{ fromMs: START - 900_000, toMs: START + 900_000 }, 1, 50],
  ])("gives the part of it that is asked for: %j", (span, first, last) => {
    const history = shelf(1_000).open();
    for (let second = 1; second <= 50; second += 1) history.keep(view(second));
    const ends = history.since(START + 50_000, span).map(({ endMs }) => (endMs - START) / 1_000);
    const wanted = first === 0 ? [] : Array.from({ length: last - first + 1 }, (_, i) => first + i);
    expect(ends).toEqual(wanted);
  });

  it("frees what is too old of dependencies that are called no more", () => {
    const histories = shelf(1_000, 60_000);
    const [quiet, busy] = [histories.open(), histories.open()];
    for (let second = 1; second <= 40; second += 1) quiet.keep(view(second));
    for (let second = 41; second <= 200; second += 1) busy.keep(view(second));
    expect(quiet.since(START)).toEqual([]);
    expect(histories.windows).toBeLessThanOrEqual(100);
  });

  it("of all dependencies together stays within its bound, and keeps the newest of each", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 4 }), { minLength: 150, maxLength: 600 }),
        fc.integer({ min: 1, max: 5 }),
        (order, chunks) => {
          const histories = shelf(chunks * 20);
          const open = Array.from({ length: 5 }, () => histories.open());
          const told: WindowView[][] = open.map(() => []);
          for (const [second, index] of order.entries()) {
            open[index]!.keep(view(second));
            told[index]!.push(view(second));
            expect(histories.windows).toBeLessThanOrEqual(chunks * 20);
          }
          for (const [index, history] of open.entries()) {
            const kept = history.since(START);
            expect(kept).toEqual(kept.length === 0 ? [] : told[index]!.slice(-kept.length));
          }
          const newest = order.at(-1)!;
          expect(open[newest]!.since(START).at(-1)).toEqual(told[newest]!.at(-1));
        },
      ),
      { numRuns: 40 },
    );
  });
});
