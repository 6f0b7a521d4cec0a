import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { LoopDigest } from "./loop-digest.ts";

const digest = new LoopDigest();

describe("the digest of arguments", () => {
  it("is the same for the same arguments, in whatever order their keys are, and fits 48 bits", () => {
    const one = digest.of({ city: "Oslo", at: new Date(5), tags: ["a", { b: 1n }], none: null });
    const two = digest.of({ none: null, tags: ["a", { b: 1n }], at: new Date(5), city: "Oslo" });
    expect(two).toBe(one);
    expect(one).toBeGreaterThan(0);
    expect(one).toBeLessThan(2 ** 48);
  });

  it("differs where any value, key, type or place differs", () => {
    const different = [
      { a: 1 },
      { a: "1" },
      { a: 1n },
      { a: true },
      { a: "true" },
      { a: null },
      { a: "null" },
      { a: undefined },
      { b: 1 },
      { a: [1] },
      { a: [[1]] },
      { a: { 0: 1 } },
      {},
      [],
      [1, 23],
      [12, 3],
      ["1", "23"],
      ["12", "3"],
      ["a", "b"],
      ['a1"b'],
      { a: new Date(1) },
      { a: new Uint8Array([1]) },
      { a: new Uint8Array([2]) },
      "",
      0,
      1.5,
      Number.NaN,
      null,
      false,
    ];
    expect(new Set(different.map((args) => digest.of(args))).size).toBe(different.length);
  });

  it("is one to one with the value, for any plain value", () => {
    const value = fc.jsonValue();
    fc.assert(
      fc.property(value, value, (a, b) => {
        const isSame = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(digest.of(a) === digest.of(b)).toBe(isSame);
        expect(digest.of(structuredClone(a))).toBe(digest.of(a));
      }),
    );
  });

  it("differs with the key, and each process has its own", () => {
    const args = { city: "Oslo" };
    expect(new LoopDigest().of(args)).not.toBe(digest.of(args));
  });

  it("shows no key to whoever prints it", () => {
    expect(JSON.stringify(digest)).toBe("{}");
    expect(Object.getOwnPropertyNames(digest)).toEqual([]);
  });

  const circle: unknown[] = [];
  circle.push(circle);
  it.each([
    ["undefined", undefined],
    ["a circle", circle],
    ["a string over 64 KiB", "x".repeat(65_537)],
    ["many strings over 64 KiB", Array.from({ length: 70 }, () => "x".repeat(1000))],
    ["bytes over 64 KiB", new Uint8Array(40_000)],
    ["too many keys", Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [i, 0]))],
    ["a sparse array without end", Object.assign([], { length: 2 ** 32 - 1 })],
    ["a function", { f: () => 1 }],
    ["a symbol", Symbol("s")],
    ["a class instance", new Map([[1, 2]])],
    [
      "a getter that throws",
      {
        get a(): never {
          throw new Error("mine");
        },
      },
    ],
  ])("of %s is none", (_, args) => {
    expect(digest.of(args)).toBeUndefined();
  });

  it("is there just below the bound", () => {
    expect(digest.of("x".repeat(65_000))).toBeDefined();
  });
});

/** With keys in one order, and -0 as 0. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sorted(item)])
    .concat([["{}", []]]);
}
