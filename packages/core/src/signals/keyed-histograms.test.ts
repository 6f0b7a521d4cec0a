import { describe, expect, it } from "vitest";
import { KeyedHistograms } from "./keyed-histograms.ts";

type Told = readonly [name: string, count: number, sum: number];

function taken(histograms: KeyedHistograms): readonly Told[] {
  const told: Told[] = [];
  histograms.flush(({ count, sum }, name, isOver) =>
    told.push([isOver ? "(over)" : (name ?? "(nameless)"), count, sum]),
  );
  return told;
}

describe("histograms by name", () => {
  it("are one for each name, and one for what has none", () => {
    const histograms = new KeyedHistograms(8);
    for (const name of ["read", "", "write", "read"]) histograms.record(name, 2);
    expect(taken(histograms)).toEqual([
      ["(nameless)", 1, 2],
      ["read", 2, 4],
      ["write", 1, 2],
    ]);
    expect(taken(histograms)).toEqual([]);
  });

  it.each([
    [2, 0],
    [3, 1],
    [9, 7],
  ])("have room for two of %i names, and count the %i that share the overflow", (names, over) => {
    const histograms = new KeyedHistograms(2);
    for (let name = 0; name < names; name += 1) histograms.record(`op${name}`, 1);
    histograms.record("", 1);
    expect(histograms.dropped).toBe(over);
    const told = taken(histograms);
    expect(told.find(([name]) => name === "(over)")?.[1] ?? 0).toBe(over);
    expect(told.reduce((sum, [, count]) => sum + count, 0)).toBe(names + 1);
    expect(histograms.dropped).toBe(0);
  });

  it("tell nothing apart where there is room for no name, and count nothing as dropped", () => {
    const histograms = new KeyedHistograms(0);
    for (const name of ["read", "write", ""]) histograms.record(name, 1);
    expect(histograms.dropped).toBe(0);
    expect(taken(histograms)).toEqual([["(nameless)", 3, 3]]);
  });

  it("give a place free that nobody used in a window", () => {
    const histograms = new KeyedHistograms(1);
    histograms.record("old", 1);
    histograms.reset();
    histograms.record("new", 1);
    expect(taken(histograms)).toEqual([["(over)", 1, 1]]);
    histograms.record("new", 1);
    expect(taken(histograms)).toEqual([["new", 1, 1]]);
  });

  it("clean names that are not fit to be one, and take equal ones together", () => {
    const histograms = new KeyedHistograms(8);
    for (const name of ["GET /a", "a'b", 'a"b', "x".repeat(500)]) histograms.record(name, 1);
    expect(taken(histograms).map(([name]) => name)).toEqual(["GET /a", "a_b", "x".repeat(128)]);
  });

  it("take in others' as if they had been recorded here, within the same bound", () => {
    const [whole, part] = [new KeyedHistograms(1), new KeyedHistograms(9)];
    whole.record("read", 1);
    for (const name of ["read", "write", "", "drop"]) part.record(name, 2);
    whole.merge(part);
    expect(whole.dropped).toBe(2);
    expect(taken(whole)).toEqual([
      ["(nameless)", 1, 2],
      ["read", 2, 3],
      ["(over)", 2, 4],
    ]);
  });
});
