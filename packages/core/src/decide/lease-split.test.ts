import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ByPriority } from "./instance-gauges.ts";
import { exactShares, relaxedShares } from "./lease-split.ts";
import type { LeaseClaim } from "./lease-split.ts";

const nobody: ByPriority = [0, 0, 0, 0, 0];

function claim(instance: string, change: Partial<LeaseClaim> = {}): LeaseClaim {
  return {
    instance,
    inFlight: 0,
    waiting: nobody,
    granted: undefined,
    isHeard: true,
    credit: 0,
    soon: 0,
    ...change,
  };
}

function amounts(capacity: number, claims: readonly LeaseClaim[]): Record<string, number> {
  const shares = exactShares(capacity, claims, { stickiness: 2 });
  return Object.fromEntries([...shares].map(([instance, { amount }]) => [instance, amount]));
}

const count = fc.nat({ max: 12 });
const claims = fc
  .array(
    fc.record({
      inFlight: count,
      waiting: fc.tuple(count, count, count, count, count),
      credit: fc.double({ min: -10, max: 10, noNaN: true }),
    }),
    { maxLength: 20 },
  )
  .map((list) => list.map((one, at) => claim(`i${at}`, one)));

describe("exact shares", () => {
  it("never let the fleet grow beyond the capacity", () => {
    fc.assert(
      fc.property(claims, fc.nat({ max: 100 }), (list, capacity) => {
        const given = amounts(capacity, list);
        const occupied = list.reduce(
          (sum, { instance, inFlight }) => sum + Math.max(given[instance]!, inFlight),
          0,
        );
        const inFlight = list.reduce((sum, one) => sum + one.inFlight, 0);
        expect(occupied).toBeLessThanOrEqual(Math.max(capacity, inFlight));
      }),
    );
  });

  it("exceed it by no more than what those that give slots up are expected to finish", () => {
    const chance = fc.double({ min: 0, max: 1, noNaN: true });
    const anyClaims = claims.chain((list) =>
      fc
        .array(chance, { minLength: list.length, maxLength: list.length })
        .map((soon) => list.map((one, at) => ({ ...one, soon: soon[at]! }))),
    );
    fc.assert(
      fc.property(anyClaims, fc.nat({ max: 100 }), (list, capacity) => {
        const given = amounts(capacity, list);
        const sum = (of: (one: LeaseClaim) => number): number =>
          list.reduce((total, one) => total + of(one), 0);
        const occupied = sum(({ instance, inFlight }) => Math.max(given[instance]!, inFlight));
        const ahead = sum(
          ({ instance, inFlight, soon }) => soon * Math.max(inFlight - given[instance]!, 0),
        );
        const inFlight = sum((one) => one.inFlight);
        expect(occupied).toBeLessThanOrEqual(Math.max(capacity + ahead, inFlight) + 1e-9);
      }),
    );
  });

  it("hand out every slot while anybody waits", () => {
    fc.assert(
      fc.property(claims, fc.nat({ max: 40 }), (list, capacity) => {
        const idle = list.map((one) => ({ ...one, inFlight: 0 }));
        const given = Object.values(amounts(capacity, idle)).reduce(
          (sum, amount) => sum + amount,
          0,
        );
        if (idle.length > 0) expect(given).toBe(capacity);
      }),
    );
  });

  it("give a lower priority nothing that a higher one, of any process, still waits for", () => {
    fc.assert(
      fc.property(claims, fc.nat({ max: 60 }), (list, capacity) => {
        const idle = list.map((one) => ({ ...one, inFlight: 0 }));
        const critical = idle.reduce((sum, { waiting }) => sum + waiting[0], 0);
        const given = amounts(capacity, idle);
        const served = idle.reduce(
          (sum, { instance, waiting }) => sum + Math.min(given[instance]!, waiting[0]),
          0,
        );
        expect(served).toBe(Math.min(critical, capacity));
      }),
    );
  });

  it("are max-min fair inside a priority, to one slot", () => {
    const list = [2, 10, 10, 1].map((wants, at) =>
      claim(`i${at}`, { waiting: [0, 0, wants, 0, 0] }),
    );
    expect(amounts(13, list)).toEqual({ i0: 2, i1: 5, i2: 5, i3: 1 });
  });

  it("put critical calls of one process before normal ones of another", () => {
    const list = [
      claim("a", { waiting: [0, 0, 9, 0, 0] }),
      claim("b", { waiting: [3, 0, 0, 0, 0] }),
    ];
    expect(amounts(3, list)).toEqual({ a: 0, b: 3 });
  });

  it("wait with a slot that is to move until it is free", () => {
    const list = [
      claim("shrinks", { inFlight: 4, waiting: [0, 0, 4, 0, 0] }),
      claim("grows", { waiting: [4, 0, 0, 0, 0] }),
    ];
    expect(amounts(4, list)).toEqual({ shrinks: 0, grows: 0 });
    expect(amounts(6, list)).toEqual({ shrinks: 2, grows: 2 });
  });

  it("give a free slot first to who has the most urgent call, then to who has waited longest", () => {
    const waiting: ByPriority = [0, 0, 1, 0, 0];
    const busy = claim("busy", { inFlight: 3, waiting: [0, 0, 0, 0, 9], credit: -5 });
    const list = [busy, claim("short", { waiting }), claim("long", { waiting, credit: 3 })];
    expect(amounts(4, list)).toMatchObject({ short: 0, long: 1 });
    const urgent = claim("urgent", { waiting: [1, 0, 0, 0, 0], credit: -5 });
    expect(amounts(4, [...list, urgent])).toMatchObject({ short: 0, long: 0, urgent: 1 });
  });

  it("starve nobody where there is less than a slot each", () => {
    const served = new Map<string, number>();
    const credits = new Map<string, number>();
    for (let second = 0; second < 60; second += 1) {
      const list = Array.from({ length: 10 }, (_, at) =>
        claim(`i${at}`, { waiting: [0, 0, 5, 0, 0], credit: credits.get(`i${at}`) ?? 0 }),
      );
      for (const [instance, { amount, fair }] of exactShares(3, list, { stickiness: 2 })) {
        served.set(instance, (served.get(instance) ?? 0) + amount);
        credits.set(instance, (credits.get(instance) ?? 0) + fair - amount);
      }
    }
    expect(Math.min(...served.values())).toBeGreaterThanOrEqual(16);
    expect(Math.max(...served.values())).toBeLessThanOrEqual(20);
  });

  it("leave a slot with its holder for a while", () => {
    const list = [
      claim("holder", { inFlight: 1, waiting: [0, 0, 5, 0, 0] }),
      claim("other", { waiting: [0, 0, 5, 0, 0], credit: 1.9 }),
    ];
    expect(amounts(1, list)).toEqual({ holder: 1, other: 0 });
    const waited = [list[0]!, { ...list[1]!, credit: 2.1 }];
    expect(amounts(1, waited)).toEqual({ holder: 0, other: 0 });
  });

  it("take nothing back that its holder has not heard of: it may be in use already", () => {
    const holder = claim("holder", { waiting: [0, 0, 5, 0, 0], granted: 2, isHeard: false });
    const urgent = claim("urgent", { waiting: [3, 0, 0, 0, 0] });
    expect(amounts(2, [holder, urgent])).toEqual({ holder: 2, urgent: 0 });
    expect(amounts(2, [{ ...holder, isHeard: true }, urgent])).toEqual({ holder: 0, urgent: 0 });
  });

  it("take at once what its holder has no use for", () => {
    const idle = claim("idle", { granted: 3 });
    const list = [idle, claim("asks", { waiting: [0, 0, 3, 0, 0] })];
    expect(amounts(3, list)).toEqual({ idle: 0, asks: 3 });
  });

  it("take from who has as much as others first where an attempt has nearly ended, then from who is ahead", () => {
    const waiting: ByPriority = [0, 0, 9, 0, 0];
    const list = [
      claim("ahead", { inFlight: 2, waiting, soon: 0.2, credit: -1 }),
      claim("ends", { inFlight: 2, waiting, soon: 0.7, credit: 0.5 }),
      claim("behind", { inFlight: 2, waiting, soon: 0.2 }),
    ];
    expect(amounts(5, list)).toEqual({ ahead: 2, ends: 1, behind: 2 });
    const alike = list.map((one) => ({ ...one, soon: 0.2 }));
    expect(amounts(5, alike)).toEqual({ ahead: 1, ends: 2, behind: 2 });
  });

  it("grant what is expected to be free in time ahead", () => {
    const splitOf = (soon: number): Record<string, number> =>
      amounts(4, [
        claim("leaves", { inFlight: 4, waiting: [0, 0, 0, 0, 4], soon }),
        claim("urgent", { waiting: [4, 0, 0, 0, 0] }),
      ]);
    // What has not been given up cannot be granted: first the slots move, then they are granted.
    expect(splitOf(0.5)).toEqual({ leaves: 0, urgent: 0 });
    const leaving = (soon: number): Record<string, number> =>
      amounts(4, [
        claim("leaves", { inFlight: 4, granted: 0, soon }),
        claim("urgent", { waiting: [4, 0, 0, 0, 0], granted: 0 }),
      ]);
    expect(leaving(0)).toEqual({ leaves: 0, urgent: 0 });
    expect(leaving(0.5)).toEqual({ leaves: 0, urgent: 2 });
    expect(leaving(1)).toEqual({ leaves: 0, urgent: 4 });
  });

  it.each([
    ["one waits, and its own is hardly free in time", 1, 0.35, 1],
    ["one waits, and its own is likely enough free in time", 1, 0.45, 0],
    ["five wait, and one is soon free", 5, 1, 4],
    ["five wait, and half of one is", 5, 0.5, 4],
    ["five wait, and hardly any is", 5, 0.3, 5],
  ])("move to an urgent process as many as it lacks: %s", (_, waits, soon, moved) => {
    const list = [
      claim("holder", { inFlight: 8, waiting: [0, 0, 9, 0, 0] }),
      claim("urgent", { inFlight: 1, waiting: [waits, 0, 0, 0, 0], soon }),
    ];
    expect(amounts(9, list)).toEqual({ holder: 8 - moved, urgent: 1 });
  });

  it("ask for no slot twice that is on its way already", () => {
    const list = [
      claim("gives", { inFlight: 4, granted: 2 }),
      claim("urgent", { waiting: [2, 0, 0, 0, 0] }),
    ];
    expect(amounts(4, list)).toEqual({ gives: 2, urgent: 0 });
    const more = [list[0]!, claim("urgent", { waiting: [3, 0, 0, 0, 0] })];
    expect(amounts(4, more)).toEqual({ gives: 1, urgent: 0 });
  });

  it("are whole, whatever a process says", () => {
    const list = [claim("odd", { inFlight: 1.4 }), claim("even", { waiting: [0, 0, 2, 0, 0] })];
    expect(amounts(4, list)).toEqual({ odd: 2, even: 2 });
  });

  it("are empty for nobody, and zero of nothing", () => {
    expect(amounts(10, [])).toEqual({});
    expect(amounts(-3, [claim("a", { waiting: [1, 0, 0, 0, 0] })])).toEqual({ a: 0 });
  });
});

describe("relaxed shares", () => {
  it("leave each process the whole headroom, so that one that bursts alone stays within the bound", () => {
    const list = [
      claim("a", { inFlight: 3 }),
      claim("b", { inFlight: 1, waiting: [1, 0, 0, 0, 0] }),
    ];
    const shares = relaxedShares(20, list);
    expect(shares.get("a")!.amount).toBe(3 + 15);
    expect(shares.get("b")!.amount).toBe(2 + 15);
  });

  it("never leave a process without room for one more", () => {
    expect(relaxedShares(1, [claim("a", { inFlight: 3 })]).get("a")!.amount).toBe(4);
  });
});
