import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Desk, countOf } from "./fixtures/desk.ts";
import { leasePrototype } from "./lease-prototype.ts";
import { LittleBound } from "./little-bound.ts";
import { wholeShares } from "./whole-shares.ts";

const TICK_MS = 250;

/** So many ticks with so many answers in each; rejections where told. */
function ticked(bound: LittleBound, ticks: number, answered: number, fromMs = 0): number {
  let nowMs = fromMs;
  for (let tick = 0; tick < ticks; tick += 1) {
    nowMs += TICK_MS;
    bound.tick({ nowMs, answered, inFlightAtReject: undefined });
  }
  return nowMs;
}

describe("the bound by Little's law", () => {
  it("is what is answered in 0.55 of the time-out, 12 at least, and none before the first tick", () => {
    const bound = new LittleBound(4_000);
    expect(bound.bound).toBe(Number.POSITIVE_INFINITY);
    const nowMs = ticked(bound, 8, 12);
    expect(bound.bound).toBeCloseTo(48 * 0.55 * 4, 9);
    ticked(bound, 8, 0, nowMs);
    expect(bound.bound).toBe(12);
  });

  it("looks back two seconds", () => {
    const bound = new LittleBound(4_000);
    const nowMs = ticked(bound, 8, 12);
    ticked(bound, 4, 4, nowMs);
    expect(bound.bound).toBeCloseTo(32 * 0.55 * 4, 9);
  });

  it("falls to where rejections began, and rises by one with each tick without", () => {
    const bound = new LittleBound(4_000);
    let nowMs = ticked(bound, 8, 12);
    bound.tick({ nowMs: (nowMs += TICK_MS), answered: 12, inFlightAtReject: 40 });
    expect(bound.bound).toBe(40);
    nowMs = ticked(bound, 3, 12, nowMs);
    expect(bound.bound).toBe(43);
    ticked(bound, 80, 12, nowMs);
    expect(bound.bound).toBeCloseTo(48 * 0.55 * 4, 9);
  });
});

describe("whole shares", () => {
  it.each([
    [10, [3, 3, 3], 0, [3, 3, 3]],
    [6, [1, 9, 9], 0, [1, 3, 2]],
    [2, [5, 5, 5], 2, [1, 0, 1]],
    [2.9, [5, 5], 0, [1, 1]],
    [0, [5, 5], 0, [0, 0]],
  ])("%f slots over %j from %i", (slots, demands, from, shares) => {
    expect(wholeShares(slots, demands, from)).toEqual(shares);
  });

  it("give out all they may, nobody more than wanted, and no two hungry ones differ by more than one", () => {
    const demands = fc.array(fc.nat(9), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.nat(120), demands, fc.nat(30), (slots, wants, turn) => {
        const shares = wholeShares(slots, wants, turn % wants.length);
        const total = wants.reduce((sum, one) => sum + one, 0);
        expect(shares.reduce((sum, one) => sum + one, 0)).toBe(Math.min(slots, total));
        const hungry = shares.filter((share, at) => share < wants[at]!);
        for (const [at, share] of shares.entries()) expect(share).toBeLessThanOrEqual(wants[at]!);
        if (hungry.length > 0)
          expect(Math.max(...shares) - Math.min(...hungry)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("the lease prototype", () => {
  it("holds nobody before its first decision has arrived, and 12 in flight after it when nothing is answered", () => {
    const desk = new Desk(leasePrototype, { processes: 3 });
    const early = [0, 1, 2].flatMap((process) => desk.askMany(20, { process }));
    expect(countOf(early, "go")).toBe(60);
    desk.at(449);
    expect(desk.ask({ process: 0 }).said).toBe("go");
    desk.at(450);
    expect(desk.ask({ process: 0 }).said).toBe("nothing");
    // 61 are in flight and the bound is 12, 4 for each: a place is free when 17 of a process' 21 have ended.
    for (const one of early.filter(({ attempt }) => attempt.process === 0)) desk.end(one, "error");
    expect(countOf(desk.askMany(10, { process: 0 }), "go")).toBe(2);
  });

  it("obeys the staleness of the scenario", () => {
    const coordination = {
      stalenessMs: 1_000,
      reportIntervalMs: 250,
      tickMs: 250,
      lostReports: 0,
      disobeying: 0,
      clockSkewMs: 0,
      spanBatchMs: 0,
    };
    const desk = new Desk(leasePrototype, { coordination });
    desk.askMany(20);
    desk.at(1_249);
    expect(desk.ask().said).toBe("go");
    desk.at(1_250);
    expect(desk.ask().said).toBe("nothing");
  });

  it("holds nobody while less than 0.6 of the bound is wanted", () => {
    const desk = new Desk(leasePrototype);
    desk.askMany(7);
    desk.at(450);
    expect(countOf(desk.askMany(30), "go")).toBe(30);
  });

  it("lets a process that was rejected send nothing more before its next lease", () => {
    const desk = new Desk(leasePrototype);
    const asked = desk.askMany(20);
    desk.at(450);
    for (const one of asked) desk.end(one, "throttled", 10);
    const next = desk.ask();
    expect(next.said).toBe("nothing");
    desk.at(700);
    expect(next.said).toBe("go");
  });

  it("takes the rejected one for none of those that got in", () => {
    const desk = new Desk(leasePrototype);
    // 12 answers in each quarter of a second for two seconds: the bound is 105.6.
    for (let tick = 1; tick <= 8; tick += 1) {
      desk.at(TICK_MS * tick - 1);
      for (let call = 0; call < 12; call += 1) desk.pass("ok");
    }
    const asked = desk.askMany(70);
    desk.end(asked[0]!, "throttled", 10);
    // Sixty-nine got in, and so the bound is 69 from the next decision on: one more is held where 70 would not hold it.
    desk.at(2_200);
    expect(countOf(asked, "go")).toBe(70);
    expect(desk.ask().said).toBe("nothing");
  });
});
