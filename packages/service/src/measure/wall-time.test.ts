import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Step } from "./unit-of-work.ts";
import { wallTimeOf } from "./wall-time.ts";

function step(startMs: number, endMs: number, more: Partial<Step> = {}): Step {
  return {
    dependency: "tool:any",
    agent: "a",
    from: "a",
    call: startMs * 1_000 + endMs,
    parentCall: undefined,
    startMs,
    endMs,
    gapMs: 0,
    selfMs: endMs - startMs,
    isRetry: false,
    isFailed: false,
    retryRow: undefined,
    ...more,
  };
}

const partsOf = (steps: readonly Step[]): readonly number[] => [
  ...wallTimeOf(steps, 0, 100).ofSteps,
];

describe("wall time", () => {
  it("belongs to the open call, and else to the agent", () => {
    const { ofSteps, restMs } = wallTimeOf([step(10, 30), step(50, 90)], 0, 100);
    expect([[...ofSteps], restMs]).toEqual([[20, 40], 40]);
  });

  it("is shared evenly by calls side by side", () => {
    expect(partsOf([step(0, 40), step(20, 60, { call: 2 })])).toEqual([30, 30]);
  });

  it("belongs to the call within, while there is one", () => {
    expect(partsOf([step(0, 60, { call: 1 }), step(20, 50, { call: 2, parentCall: 1 })])).toEqual([
      30, 30,
    ]);
  });

  it("belongs to a retry while it is waited for, unless something else is open", () => {
    expect(partsOf([step(40, 50, { gapMs: 30 })])).toEqual([40]);
    expect(partsOf([step(40, 50, { gapMs: 30, call: 1 }), step(20, 30, { call: 2 })])).toEqual([
      30, 10,
    ]);
  });

  it("adds up to the whole, as a count of every millisecond does", () => {
    const steps = fc.array(
      fc.record({
        startMs: fc.integer({ min: 0, max: 99 }),
        length: fc.integer({ min: 0, max: 40 }),
        gapMs: fc.integer({ min: 0, max: 10 }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(steps, (drafts) => {
        const all = drafts.map(({ startMs, length, gapMs }, call) =>
          step(startMs, Math.min(100, startMs + length), { call, gapMs: Math.min(gapMs, startMs) }),
        );
        const { ofSteps, restMs } = wallTimeOf(all, 0, 100);
        const counted = all.map(() => 0);
        let rest = 0;
        for (let ms = 0; ms < 100; ms += 1) {
          const isOpen = ({ startMs, endMs }: Step): boolean => startMs <= ms && ms < endMs;
          const isPaused = ({ startMs, gapMs }: Step): boolean =>
            startMs - gapMs <= ms && ms < startMs;
          const open = all.filter(isOpen);
          const mine = open.length > 0 ? open : all.filter(isPaused);
          for (const one of mine) counted[one.call]! += 1 / mine.length;
          if (mine.length === 0) rest += 1;
        }
        expect(restMs).toBeCloseTo(rest, 6);
        for (const [index, ms] of counted.entries()) expect(ofSteps[index]).toBeCloseTo(ms, 6);
      }),
    );
  });

  it("adds up for a unit of work with too many steps to sweep", () => {
    const many = Array.from({ length: 600 }, (_, call) => step(call % 50, 90, { call }));
    const { ofSteps, restMs } = wallTimeOf(many, 0, 100);
    expect(ofSteps.reduce((sum, ms) => sum + ms, restMs)).toBeCloseTo(100, 6);
  });
});
