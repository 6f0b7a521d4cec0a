import { describe, expect, it } from "vitest";
import { Traces, trailOf } from "./traces.ts";

describe("traces", () => {
  it.each([
    [3, 3],
    [4, 4],
    [5, 4],
  ])("%i of them with room for 4: %i are remembered", (traces, remembered) => {
    const table = new Traces(4);
    for (let index = 0; index < traces; index += 1) table.of(`t${index}`);
    expect(table.size).toBe(remembered);
  });

  it("forget the one that was looked up the longest ago", () => {
    const table = new Traces(2);
    const first = table.of("a");
    table.of("b");
    expect(table.of("a")).toBe(first);
    table.of("c");
    expect(table.of("a")).toBe(first);
  });

  it("are new after their end", () => {
    const table = new Traces(2);
    const first = table.of("a");
    table.end(first);
    expect(table.size).toBe(0);
    expect(table.of("a")).not.toBe(first);
  });

  it("tell 16 agents of one trace apart, and forget the oldest beyond", () => {
    const trace = new Traces(1).of("a");
    const first = trailOf(trace, "agent0");
    for (let index = 1; index < 16; index += 1) trailOf(trace, `agent${index}`);
    expect(trailOf(trace, "agent0")).toBe(first);
    trailOf(trace, "agent16");
    expect(trace.trails.size).toBe(16);
    expect(trailOf(trace, "agent0")).not.toBe(first);
  });
});
