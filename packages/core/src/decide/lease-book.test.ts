import { describe, expect, it } from "vitest";
import { InstanceGauges } from "./instance-gauges.ts";
import type { ByPriority } from "./instance-gauges.ts";
import { LeaseBook } from "./lease-book.ts";
import type { LeaseRequest } from "./lease-book.ts";

function gaugesOf(
  states: Record<string, { inFlight?: number; waiting?: number; held?: number }>,
): InstanceGauges {
  const gauges = new InstanceGauges();
  for (const [instance, { inFlight = 0, waiting = 0, held }] of Object.entries(states)) {
    const byPriority: ByPriority = [0, 0, waiting, 0, 0];
    gauges.set(instance, {
      inFlight,
      waiting: byPriority,
      ages: undefined,
      held,
      expiresAtMs: Infinity,
    });
  }
  return gauges;
}

function request(change: Partial<LeaseRequest>): LeaseRequest {
  return {
    dependency: "tool:x",
    bound: 8,
    isRelaxed: false,
    ratePerSecond: undefined,
    prober: undefined,
    isHeld: false,
    isLearning: false,
    gauges: gaugesOf({}),
    instances: new Set(["a", "b"]),
    consults: undefined,
    leaseMs: 10_000,
    attemptS: 1,
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

  it("leave callers without leases their part", () => {
    const book = new LeaseBook();
    const gauges = gaugesOf({ a: { waiting: 20 }, b: { waiting: 20 } });
    book.update(
      request({ bound: 9, gauges, consults: { inFlight: 0, waiting: [0, 0, 20, 0, 0] } }),
    );
    expect(book.consultShare).toBe(3);
  });
});
