import { describe, expect, it } from "vitest";
import { memberOf, numberArrayOf, numbersOf } from "./parsed-state.ts";

describe("parsed state", () => {
  it.each([
    undefined,
    null,
    1,
    "ab",
    [1],
    {},
    { a: 1 },
    { a: 1, b: "2" },
    { a: 1, b: null },
    { a: 1, b: Number.NaN },
  ])("gives no numbers unless all are there: %j", (value) => {
    expect(numbersOf(value, ["a", "b"])).toBeUndefined();
  });

  it("gives the named numbers and no others", () => {
    expect(numbersOf({ a: 1, b: 2, c: 3 }, ["a", "b"])).toEqual({ a: 1, b: 2 });
  });

  it("knows own members only", () => {
    expect(memberOf({ a: 1 }, "toString")).toBeUndefined();
    expect(memberOf(JSON.parse('{"__proto__": 1}'), "__proto__")).toBe(1);
  });

  it.each([[[1, "2"]], [[1, null]], [[1, 2, 3, 4]], [{ length: 1 }]])(
    "takes %j for no array of up to three numbers",
    (value) => {
      expect(numberArrayOf(value, 3)).toBeUndefined();
    },
  );
});
