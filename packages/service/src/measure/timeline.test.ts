import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Timeline } from "./timeline.ts";

const newTimeline = (): Timeline<{ count: number }> =>
  new Timeline({
    widthMs: 10,
    cellsMax: 8,
    create: () => ({ count: 0 }),
    merge: (into, from) => {
      into.count += from.count;
    },
  });

describe("a timeline", () => {
  it("keeps to its bound, loses nothing and is the same in any order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1_000, max: 10_000 }), { minLength: 1 }), (times) => {
        const [forward, backward] = [newTimeline(), newTimeline()];
        for (const ms of times) forward.at(ms).count += 1;
        for (const ms of times.toReversed()) backward.at(ms).count += 1;
        expect(forward.entries()).toEqual(backward.entries());
        const { widthMs } = forward;
        const naive = new Map<number, number>();
        for (const ms of times) {
          const fromMs = Math.floor(ms / widthMs) * widthMs;
          naive.set(fromMs, (naive.get(fromMs) ?? 0) + 1);
        }
        expect(new Map(forward.entries().map(([fromMs, { count }]) => [fromMs, count]))).toEqual(
          naive,
        );
        const range = Math.max(...naive.keys()) - Math.min(...naive.keys());
        expect(range / widthMs).toBeLessThan(8);
      }),
    );
  });
});
