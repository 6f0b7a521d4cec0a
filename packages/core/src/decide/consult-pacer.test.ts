import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConsultPacer } from "./consult-pacer.ts";
import type { Allowance } from "./dependency-control.ts";
import { FREE } from "./dependency-control.ts";
import { RecentCount } from "./recent-count.ts";

const paced: Allowance = { ...FREE, isBinding: true, consultSlots: 1, attemptS: 1 };

describe("the pace of callers that take no leases", () => {
  it("counts as in flight whoever started within one attempt's time", () => {
    const pacer = new ConsultPacer();
    for (const nowMs of [0, 1_000, 1_900]) pacer.take(FREE, undefined, nowMs);
    expect(pacer.demand(1, 2_000)).toEqual({ inFlight: 2, waiting: [0, 0, 0, 0, 0] });
    expect(pacer.demand(10, 2_000)).toMatchObject({ inFlight: 3 });
    expect(pacer.demand(1, 10_000)).toBeUndefined();
  });

  it("counts the refused of the last two seconds, by priority", () => {
    const pacer = new ConsultPacer();
    pacer.refuse(1, 0);
    pacer.refuse(5, 1_000);
    pacer.refuse(undefined, 1_500);
    expect(pacer.demand(1, 1_900)?.waiting).toEqual([1, 0, 1, 0, 1]);
    expect(pacer.demand(1, 2_500)?.waiting).toEqual([0, 0, 1, 0, 1]);
  });

  it("tells those refused together one moment after the other", () => {
    const pacer = new ConsultPacer();
    const waits = Array.from({ length: 4 }, () => pacer.take(paced, 3, 0));
    expect(waits).toEqual([0, 1_000, 2_000, 3_000]);
  });

  it("tells those who have no share just now when one slot would come to them", () => {
    const pacer = new ConsultPacer();
    pacer.take(paced, 3, 0);
    expect(pacer.take({ ...paced, consultSlots: 0 }, 3, 0)).toBe(1_000);
  });
});

describe("a count of what was recently", () => {
  it("is never less than a naive count, nor more than that of a tenth of a second longer", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 3_000 }), (gapsMs, spanMs) => {
        const recent = new RecentCount();
        const seenMs: number[] = [];
        let nowMs = 0;
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          recent.add(nowMs, 3_000);
          seenMs.push(nowMs);
        }
        const naive = (ms: number): number => seenMs.filter((atMs) => atMs > nowMs - ms).length;
        const counted = recent.within(spanMs, nowMs);
        expect(counted).toBeGreaterThanOrEqual(naive(spanMs));
        expect(counted).toBeLessThanOrEqual(naive(spanMs + 100));
      }),
    );
  });

  it("takes memory by its time, not by how much came", () => {
    const recent = new RecentCount();
    for (let call = 0; call < 100_000; call += 1) recent.add(call, 2_000);
    expect(recent.slots).toBeLessThanOrEqual(21);
    expect(recent.within(1_000, 99_999)).toBe(1_100);
  });
});
