import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { histogramOf, normal, seeded } from "./fixtures/windows.ts";
import { OperationTimes } from "./operation-times.ts";

function timesOf(parts: Readonly<Record<string, readonly number[]>>) {
  return new Map(
    Object.entries(parts).map(([operation, times]) => [operation, histogramOf(times)!]),
  );
}

function usual(medianS: number, count: number, seed = 1, sigma = 0.3): readonly number[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => medianS * Math.exp(sigma * normal(random)));
}

function taught(parts: Readonly<Record<string, readonly number[]>>): OperationTimes {
  const times = new OperationTimes();
  times.learn(timesOf(parts), 1);
  return times;
}

describe("operation times", () => {
  it("judge each call by its own operation, so that a change in the mix is none", () => {
    const times = taught({ read: usual(0.01, 200), write: usual(1, 200, 2) });
    const onlyWrites = times.compare(timesOf({ write: usual(1, 50, 3) }));
    expect(onlyWrites.calls).toBe(50);
    expect(Math.abs(onlyWrites.z / 50)).toBeLessThan(0.3);
    const slowReads = times.compare(timesOf({ read: usual(0.1, 50, 4) }));
    expect(slowReads.z / 50).toBeGreaterThan(3);
    expect(Math.exp(slowReads.log / 50)).toBeGreaterThan(9);
    expect(Math.exp(slowReads.log / 50)).toBeLessThan(11);
    expect(slowReads.excessS / 50).toBeCloseTo(0.09, 1);
  });

  it("say nothing of an operation with fewer than five calls", () => {
    expect(taught({ read: usual(0.1, 4) }).compare(timesOf({ read: [5] })).calls).toBe(0);
    expect(taught({ read: usual(0.1, 5) }).compare(timesOf({ read: [5] })).calls).toBe(1);
  });

  it("count no call for more than four standard deviations, nor one for any that is not 10 ms late", () => {
    const times = taught({ read: usual(0.001, 300) });
    expect(times.compare(timesOf({ read: [100] })).z).toBe(4);
    expect(times.compare(timesOf({ read: [0.009] })).z).toBe(0.5);
    expect(times.compare(timesOf({ read: [0.013] })).z).toBeGreaterThan(2);
    expect(times.compare(timesOf({ read: [0.000_1] })).z).toBe(-4);
  });

  it("ask more of a mean over few calls than of one over many", () => {
    const few = taught({ read: [0.1, 0.1, 0.1, 0.1, 0.1] }).compare(timesOf({ read: [0.15] }));
    const many = taught({ read: Array.from({ length: 500 }, () => 0.1) }).compare(
      timesOf({ read: [0.15] }),
    );
    expect(few.z).toBeLessThan(many.z);
    expect(many.z).toBeCloseTo(Math.log(1.5) / 0.4, 1);
  });

  it("learn a spike for little, and hardly at all in doubt", () => {
    const at = (times: OperationTimes) => times.compare(timesOf({ read: [0.1] })).log;
    const spiked = taught({ read: usual(0.1, 100) });
    const before = at(spiked);
    spiked.learn(timesOf({ read: [100] }), 1);
    expect(before - at(spiked)).toBeLessThan(0.03);
    const doubted = taught({ read: usual(0.1, 100) });
    doubted.learn(timesOf({ read: Array.from({ length: 50 }, () => 1) }), 1 / 20);
    expect(before - at(doubted)).toBeLessThan(0.1);
  });

  it("keep mean and variance as a recount does, until they forget", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.05, max: 0.5, noNaN: true }), { minLength: 6, maxLength: 60 }),
        (values) => {
          const times = new OperationTimes();
          for (const value of values) times.learn(timesOf({ read: [value] }), 1);
          const mean = values.reduce((sum, value) => sum + Math.log(value), 0) / values.length;
          // Winsorised at three of at least 0.4, no value of this range is ever trimmed far.
          const learned = -times.compare(timesOf({ read: [1] })).log;
          expect(Math.abs(learned - mean)).toBeLessThan(0.12);
        },
      ),
    );
  });

  it.each([
    { before: 1, pace: 1 },
    { before: 3, pace: 1 },
    { before: 1_950, pace: 1 },
    { before: 2_500, pace: 1 },
    { before: 100, pace: 1 / 20 },
  ])(
    "learn many calls of a time at once as one after the other, after $before calls at pace $pace",
    ({ before, pace }) => {
      const start = taught({ read: usual(0.1, before) });
      const atOnce = new OperationTimes();
      const singly = new OperationTimes();
      for (const times of [atOnce, singly]) times.restore(start.state());
      atOnce.learn(timesOf({ read: Array.from({ length: 200 }, () => 0.15) }), pace);
      for (let call = 0; call < 200; call += 1) singly.learn(timesOf({ read: [0.15] }), pace);
      const kept = (times: OperationTimes) =>
        JSON.stringify(times.state(), (_, value) =>
          typeof value === "number" ? Number(value.toPrecision(9)) : value,
        );
      expect(kept(atOnce)).toBe(kept(singly));
    },
  );

  it("learn a million million calls in no time", () => {
    const times = taught({ read: usual(0.1, 100) });
    times.learn(new Map([["read", { ...histogramOf([0.15])!, count: 1e12, counts: [1e12] }]]), 1);
    expect(times.compare(timesOf({ read: [0.15] })).log).toBeCloseTo(0, 6);
  });

  it("keep the first 128 operations, and go on after a restart as before", () => {
    const parts = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [`op${index}`, usual(0.1, 6, index + 1)] as const),
    );
    const times = taught(parts);
    const asked = timesOf(Object.fromEntries(Object.keys(parts).map((name) => [name, [0.4]])));
    expect(times.compare(asked).calls).toBe(128);
    const twin = new OperationTimes();
    twin.restore(JSON.parse(JSON.stringify(times.state())));
    expect(twin.compare(asked)).toEqual(times.compare(asked));
    twin.restore({ operations: "x" });
    expect(twin.compare(asked)).toEqual(times.compare(asked));
  });
});
