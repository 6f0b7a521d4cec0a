import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attemptOf } from "./fixtures/desk.ts";
import type { Attempt } from "./policy.ts";
import { Waiting } from "./waiting.ts";

const passage = { go: () => {}, refuse: () => {} };

describe("the waiting line", () => {
  it("serves the urgent first, then the earliest deadline, then who came first", () => {
    const waiting = new Waiting();
    const late = attemptOf({ priority: 1, deadlineMs: 900 });
    const soon = attemptOf({ priority: 3, deadlineMs: 100 });
    const twin = attemptOf({ priority: 3, deadlineMs: 100 });
    const early = attemptOf({ priority: 1, deadlineMs: 500 });
    for (const attempt of [late, soon, twin, early]) waiting.add(attempt, passage);
    const served = Array.from({ length: 4 }, () => waiting.take(0)!.attempt);
    expect(served).toEqual([early, late, soon, twin]);
    expect(waiting.take(0)).toBeUndefined();
  });

  it("hands out nobody whose deadline has come", () => {
    const waiting = new Waiting();
    const attempt = attemptOf({ deadlineMs: 100 });
    waiting.add(attempt, passage);
    expect(waiting.first(99)?.attempt).toBe(attempt);
    expect(waiting.first(100)).toBeUndefined();
    expect(waiting.size).toBe(0);
  });

  it("agrees with a sorted list, whatever comes, goes and is withdrawn", () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant("add" as const),
        priority: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const, 5 as const),
        deadlineMs: fc.integer({ min: 0, max: 60 }),
      }),
      fc.record({ kind: fc.constant("take" as const) }),
      fc.record({ kind: fc.constant("remove" as const), at: fc.nat(40) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const waiting = new Waiting();
        let list: Attempt[] = [];
        for (const [nowMs, one] of steps.entries()) {
          if (one.kind === "add") {
            const attempt = attemptOf(one);
            waiting.add(attempt, passage);
            list.push(attempt);
          } else if (one.kind === "remove") {
            const attempt = list[one.at];
            if (attempt === undefined) continue;
            expect(waiting.remove(attempt)).toBe(true);
            expect(waiting.remove(attempt)).toBe(false);
            list = list.filter((other) => other !== attempt);
          } else {
            list = list.filter(({ deadlineMs }) => deadlineMs > nowMs);
            const first = list.toSorted(
              (a, b) => a.priority - b.priority || a.deadlineMs - b.deadlineMs || a.id - b.id,
            )[0];
            expect(waiting.take(nowMs)?.attempt).toBe(first);
            list = list.filter((other) => other !== first);
          }
        }
        const liveAt = steps.length;
        const live = list.filter(({ deadlineMs }) => deadlineMs > liveAt).length;
        let served = 0;
        while (waiting.take(liveAt) !== undefined) served += 1;
        expect(served).toBe(live);
      }),
    );
  });
});
