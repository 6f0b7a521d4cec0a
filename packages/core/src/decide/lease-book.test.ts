import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AttemptEndings } from "./attempt-endings.ts";
import { timesOf } from "./fixtures/seconds.ts";
import { InstanceGauges } from "./instance-gauges.ts";
import type { ByPriority } from "./instance-gauges.ts";
import { LeaseBook } from "./lease-book.ts";
import type { LeaseRequest } from "./lease-book.ts";

function gaugesOf(
  states: Record<string, { inFlight?: number; waiting?: number; held?: number; ageS?: number }>,
): InstanceGauges {
  const gauges = new InstanceGauges();
  for (const [instance, { inFlight = 0, waiting = 0, held, ageS }] of Object.entries(states)) {
    const byPriority: ByPriority = [0, 0, waiting, 0, 0];
    gauges.set(instance, {
      inFlight,
      waiting: byPriority,
      ages: ageS === undefined ? undefined : timesOf([[ageS, inFlight]]),
      held,
      expiresAtMs: Infinity,
    });
  }
  return gauges;
}

const nothingEnds = new AttemptEndings({
  took: undefined,
  seconds: 0,
  ages: undefined,
  attemptS: Infinity,
});
/** Each attempt takes a second, and as many are open at each age. */
const endAtOneSecond = new AttemptEndings({
  took: timesOf([[1, 400]]),
  seconds: 4,
  ages: timesOf(Array.from({ length: 10 }, (_, at) => [(at + 0.5) / 10, 10] as const)),
  attemptS: 1,
});

function request(change: Partial<LeaseRequest>): LeaseRequest {
  return {
    dependency: "tool:x",
    bound: 8,
    isRelaxed: false,
    ratePerSecond: undefined,
    prober: undefined,
    isHeld: false,
    protectedPriority: 1,
    isLearning: false,
    gauges: gaugesOf({}),
    instances: new Set(["a", "b"]),
    consults: undefined,
    leaseMs: 10_000,
    attemptS: 1,
    endings: nothingEnds,
    nowMs: 0,
    elapsedMs: 1_000,
    ...change,
  };
}

const amountOf = (book: LeaseBook, instance: string): number | undefined =>
  book.leases.get(instance)?.amount;

describe("a dependency's leases", () => {
  it("run for the lease length, are to be refreshed at three fifths, and name a safe amount", () => {
    const book = new LeaseBook();
    book.update(request({ nowMs: 1_000 }));
    expect(book.leases.get("a")).toEqual({
      dependency: "tool:x",
      amount: 4,
      probe: false,
      expiresAtMs: 11_000,
      refreshAfterMs: 7_000,
      safe: 4,
    });
  });

  it("are said again only when they change or are due", () => {
    const book = new LeaseBook();
    expect(book.update(request({ nowMs: 0 }))).toEqual(["a", "b"]);
    expect(book.update(request({ nowMs: 5_999 }))).toEqual([]);
    expect(book.update(request({ nowMs: 6_000 }))).toEqual(["a", "b"]);
    expect(book.update(request({ nowMs: 6_001, bound: 9 }))).toHaveLength(1);
  });

  it("go by demand", () => {
    const book = new LeaseBook();
    book.update(request({ gauges: gaugesOf({ a: { waiting: 7 }, b: { waiting: 1 } }) }));
    expect([amountOf(book, "a"), amountOf(book, "b")]).toEqual([7, 1]);
  });

  it("leave out what processes without leases have in flight", () => {
    const book = new LeaseBook();
    book.update(request({ gauges: gaugesOf({ exporter: { inFlight: 6 } }) }));
    expect((amountOf(book, "a") ?? 0) + (amountOf(book, "b") ?? 0)).toBe(2);
  });

  it("of a process that is gone count until they run out", () => {
    const book = new LeaseBook();
    book.update(request({}));
    const alone = { instances: new Set(["a"]), gauges: gaugesOf({ a: { waiting: 99 } }) };
    book.update(request({ ...alone, nowMs: 1_000 }));
    expect(amountOf(book, "a")).toBe(4);
    book.update(request({ ...alone, nowMs: 10_000 }));
    expect(amountOf(book, "a")).toBe(8);
  });

  it("are all zero while the dependency is held, but for the one prober's", () => {
    const book = new LeaseBook();
    book.update(request({ isHeld: true, prober: "b" }));
    expect(book.leases.get("a")).toMatchObject({ amount: 0, probe: false });
    expect(book.leases.get("b")).toMatchObject({ amount: 1, probe: true });
  });

  it("divide a rate as they divide the slots", () => {
    const book = new LeaseBook();
    const gauges = gaugesOf({ a: { waiting: 6 }, b: { waiting: 2 } });
    book.update(request({ ratePerSecond: 20, gauges }));
    expect(book.leases.get("a")?.ratePerSecond).toBeCloseTo(15);
    expect(book.leases.get("b")?.ratePerSecond).toBeCloseTo(5);
  });

  it("after a restart grant no more than a process says it holds", () => {
    const book = new LeaseBook();
    const gauges = gaugesOf({ a: { waiting: 9, held: 2 }, b: { waiting: 9, held: 3 } });
    book.update(request({ isLearning: true, gauges }));
    expect([amountOf(book, "a"), amountOf(book, "b")]).toEqual([2, 3]);
  });

  it("after a restart grant nothing to who has not been heard, and newcomers only what is left", () => {
    const book = new LeaseBook();
    const gauges = gaugesOf({ a: { waiting: 9, held: 5 }, b: { waiting: 9 } });
    book.update(request({ isLearning: true, gauges, instances: new Set(["a", "b", "silent"]) }));
    expect(amountOf(book, "b")).toBe(3);
    expect(book.leases.has("silent")).toBe(false);
  });

  it.each([
    ["all alike", { a: { waiting: 9 }, b: { waiting: 9 } }, 8, [4, 4]],
    ["whatever its demand", { a: { waiting: 99 }, b: {} }, 8, [4, 4]],
    ["rounded down", { a: { waiting: 9 }, b: { waiting: 9 } }, 5, [2, 2]],
    ["one each where that is all", { a: { waiting: 9 }, b: { waiting: 9 } }, 2, [1, 1]],
    ["one where there are fewer slots than processes", { a: {}, b: { waiting: 9 } }, 1, [0, 1]],
  ] as const)(
    "after a restart give a fleet that is all new its safe share: %s",
    (_, states, bound, expected) => {
      const book = new LeaseBook();
      book.update(request({ isLearning: true, bound, gauges: gaugesOf(states) }));
      expect([amountOf(book, "a"), amountOf(book, "b")]).toEqual(expected);
    },
  );

  it("after a restart give newcomers no more slots than the holders leave, where there are fewer than newcomers", () => {
    const book = new LeaseBook();
    const names = ["a", "b", "c", "d"];
    const newcomer = { waiting: 9 };
    const gauges = gaugesOf({ a: { held: 2 }, b: newcomer, c: newcomer, d: newcomer });
    book.update(request({ isLearning: true, bound: 3, gauges, instances: new Set(names) }));
    const granted = names.slice(1).map((name) => amountOf(book, name) ?? 0);
    expect(granted.reduce((sum, amount) => sum + amount, 0)).toBe(1);
  });

  it("after a restart never come to more than the bound, whoever holds what", () => {
    const state = fc.record({
      inFlight: fc.constant(0),
      waiting: fc.nat(9),
      held: fc.option(fc.nat(9), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(state, { minLength: 1, maxLength: 8 }), fc.nat(20), (states, bound) => {
        const names = states.map((_, at) => `p${at}`);
        const gauges = new InstanceGauges();
        for (const [at, { waiting, held }] of states.entries())
          gauges.set(names[at]!, {
            inFlight: 0,
            waiting: [0, 0, waiting, 0, 0],
            ages: undefined,
            held,
            expiresAtMs: Infinity,
          });
        const book = new LeaseBook();
        book.update(request({ isLearning: true, bound, gauges, instances: new Set(names) }));
        const granted = names.reduce((sum, name) => sum + (amountOf(book, name) ?? 0), 0);
        expect(granted).toBeLessThanOrEqual(bound);
      }),
    );
  });

  it("that ran out while their holder was away are told of as changed", () => {
    const book = new LeaseBook();
    book.update(request({}));
    const alone = { instances: new Set(["a"]) };
    expect(book.update(request({ ...alone, nowMs: 9_999 }))).not.toContain("b");
    expect(book.update(request({ ...alone, nowMs: 10_000 }))).toContain("b");
    expect(book.leases.has("b")).toBe(false);
  });

  it("leave callers without leases who have not asked lately what is free, and one at least", () => {
    const book = new LeaseBook();
    book.update(request({ bound: 9, instances: new Set() }));
    expect(book.consultShare).toBe(9);
    book.update(request({ bound: 9 }));
    expect(book.consultShare).toBe(1);
  });

  it("go at the pace of good times while the dependency is held", () => {
    const book = new LeaseBook();
    book.update(request({ isHeld: true, prober: "b", attemptS: 0.5 }));
    expect(book.leases.get("b")?.ratePerSecond).toBe(2);
    expect(book.consultShare).toBe(1);
  });

  it("give the one protected call's slot on when it is free again", () => {
    const book = new LeaseBook();
    const gauges = gaugesOf({ a: { inFlight: 1 }, b: { waiting: 1 } });
    const held = { isHeld: true, protectedPriority: 3, attemptS: 10, gauges };
    book.update(request(held));
    expect(amountOf(book, "b")).toBe(0);
    book.update(request({ ...held, gauges: gaugesOf({ b: { waiting: 1 } }), nowMs: 1_000 }));
    expect(amountOf(book, "b")).toBe(1);
  });

  it("move away first from who holds the attempt that ends next", () => {
    const book = new LeaseBook();
    const young = { inFlight: 1, waiting: 9, ageS: 0.05 };
    const gauges = gaugesOf({ a: young, b: { ...young, ageS: 0.85 }, c: young });
    const instances = new Set(["a", "b", "c"]);
    book.update(request({ bound: 2, gauges, instances, endings: endAtOneSecond }));
    expect(["a", "b", "c"].map((name) => amountOf(book, name))).toEqual([1, 0, 1]);
  });

  it("are granted ahead of the end of an attempt that is about to end, not of one that has begun", () => {
    const granted = (ageS: number): number | undefined => {
      const book = new LeaseBook();
      const instances = new Set(["a", "b"]);
      const held = gaugesOf({ a: { inFlight: 4, ageS }, b: { waiting: 4 } });
      // First some of its four slots are taken from the one; when it has heard so, they are granted to the other.
      book.update(request({ bound: 4, gauges: held, instances, endings: endAtOneSecond }));
      const gives = gaugesOf({ a: { inFlight: 4, held: 4, ageS }, b: { waiting: 4, held: 0 } });
      book.update(request({ bound: 4, gauges: gives, instances, endings: endAtOneSecond }));
      return amountOf(book, "b");
    };
    expect(granted(0.05)).toBe(0);
    expect(granted(0.85)).toBeGreaterThan(0);
  });

  it("are granted ahead of what callers without leases are about to finish", () => {
    const granted = (endings: AttemptEndings): number | undefined => {
      const book = new LeaseBook();
      const asked = {
        bound: 4,
        instances: new Set(["a"]),
        consults: { inFlight: 4, waiting: [0, 0, 0, 0, 0] },
        endings,
      } as const;
      book.update(request({ ...asked, gauges: gaugesOf({ a: { waiting: 4 } }) }));
      book.update(request({ ...asked, gauges: gaugesOf({ a: { waiting: 4, held: 0 } }) }));
      return amountOf(book, "a");
    };
    const nearlyAllEnd = { took: undefined, seconds: 0, ages: undefined, attemptS: 0.2 };
    expect(granted(new AttemptEndings(nearlyAllEnd))).toBe(3);
    expect(granted(nothingEnds)).toBe(0);
  });

  it("overlap while nobody is held, and take nothing from callers without leases", () => {
    const book = new LeaseBook();
    book.update(request({ isRelaxed: true }));
    expect(book.consultShare).toBe(8);
  });

  it("leave callers without leases their part", () => {
    const book = new LeaseBook();
    const gauges = gaugesOf({ a: { waiting: 20 }, b: { waiting: 20 } });
    book.update(
      request({ bound: 9, gauges, consults: { inFlight: 0, waiting: [0, 0, 20, 0, 0] } }),
    );
    expect(book.consultShare).toBe(3);
  });
});
