import { describe, expect, it } from "vitest";
import {
  count,
  duration,
  instant,
  longDuration,
  percent,
  plural,
  priorities,
  roughDuration,
  times,
} from "./format.ts";
import { kindOf, nameOf } from "./names.ts";
import { hashOf, parseRoute } from "./route.ts";

describe("numbers for a person under pressure", () => {
  it.each([
    [null, "–"],
    [0, "0 ms"],
    [4.25, "4.3 ms"],
    [12.4, "12 ms"],
    [999.4, "999 ms"],
    [999.6, "1.0 s"],
    [9_949, "9.9 s"],
    [9_951, "10 s"],
    [99_400, "99 s"],
    [125_000, "2 min 05 s"],
  ])("a duration of %s is %s", (ms, text) => expect(duration(ms)).toBe(text));

  it.each([
    [59_400, "59 s"],
    [60_000, "1 min 00 s"],
    [3_600_000, "1 h 00 min"],
    [48 * 3_600_000, "2 d 0 h"],
    [-5, "0 s"],
  ])("a long one of %s is %s", (ms, text) => expect(longDuration(ms)).toBe(text));

  it.each([
    [119_000, "119 s"],
    [120_000, "2 min"],
    [7_200_000, "2 h"],
    [9_000_000, "2.5 h"],
  ])("a rough one of %s is %s", (ms, text) => expect(roughDuration(ms)).toBe(text));

  it.each([
    [0, "0%"],
    [0.001, "<1%"],
    [0.005, "1%"],
    [0.996, "100%"],
  ])("a share of %s is %s: a calm zero is a true one", (share, text) =>
    expect(percent(share)).toBe(text),
  );

  it.each([
    [0, "0"],
    [3.14, "3.1"],
    [42.6, "43"],
    [1_234, "1,234"],
    [9_999, "9,999"],
    [12_345, "12 k"],
    [2_500_000, "2.5 M"],
    [Number.NaN, "–"],
  ])("a count of %s is %s", (value, text) => expect(count(value)).toBe(text));

  it("says ratios, plurals and priorities as one says them", () => {
    expect([times(4.12), times(12.3)]).toEqual(["4.1×", "12×"]);
    expect([
      plural(1, "agent"),
      plural(2, "agent"),
      plural(2, "dependency", "dependencies"),
    ]).toEqual(["1 agent", "2 agents", "2 dependencies"]);
    expect([
      priorities({ from: 1, to: 5 }),
      priorities({ from: 4, to: 4 }),
      priorities({ from: 3, to: 5 }),
    ]).toEqual(["all priorities", "priority 4", "priorities 3–5"]);
  });

  it("tells the day only where it is another one", () => {
    const noon = new Date(2026, 10, 22, 12, 0, 5).getTime();
    expect(instant(noon, noon + 1_000)).toBe("12:00:05");
    expect(instant(noon, noon + 86_400_000)).toBe("2026-11-22 12:00:05");
  });
});

describe("names and places", () => {
  it("splits a dependency at its first colon, for names have some of their own", () => {
    expect([kindOf("http:api:8080"), nameOf("http:api:8080"), kindOf("agents")]).toEqual([
      "http",
      "api:8080",
      "agent",
    ]);
  });

  it.each(["tool:idp_lookup", "model:openai/gpt-5@team a", "http:höst/%41#?"])(
    "links to %s and back",
    (id) => {
      expect(parseRoute(hashOf({ page: "dependency", id }))).toEqual({ page: "dependency", id });
    },
  );

  it.each(["", "#/", "#/d/", "#/d/%E0%A4%A"])("takes %j for the overview", (hash) => {
    expect(parseRoute(hash)).toEqual({ page: "overview" });
  });
});
