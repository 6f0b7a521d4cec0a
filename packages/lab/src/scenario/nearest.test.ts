import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hintOf, nearest, unknownKey } from "./nearest.ts";

describe("nearest", () => {
  it.each([
    ["durations", "durationS"],
    ["que", "queue"],
    ["Servers", "servers"],
    ["seconds", undefined],
    ["", undefined],
  ])("takes %j for %j", (word, meant) => {
    expect(nearest(word, ["durationS", "queue", "servers"])).toBe(meant);
  });

  it("finds a word again that lost, got or changed one letter", () => {
    const known = ["capacity", "flapping", "slowdown"];
    const slip = fc.record({
      word: fc.constantFrom(...known),
      at: fc.nat(7),
      put: fc.constantFrom("", "x", "xy"),
    });
    fc.assert(
      fc.property(slip, ({ word, at, put }) => {
        const slipped = word.slice(0, at) + put + word.slice(at + (put === "xy" ? 0 : 1));
        expect(nearest(slipped, known)).toBe(word);
      }),
    );
  });

  it("says what there is where nothing is near, or that there is nothing", () => {
    expect(hintOf("zzzzzzzz", ["a", "b"])).toBe("known are a, b");
    expect(hintOf("a", [])).toBe("there is none");
    expect(unknownKey("x.que", "que", ["queue"]).message).toBe(
      'x.que is not known: did you mean "queue"?',
    );
  });
});
