import { describe, expect, it } from "vitest";
import { troubleOf } from "./trouble.ts";

const WELL = { state: "healthy", isRoot: false, isActedOn: false, severity: 0 };

describe("troubleOf", () => {
  it.each([
    ["well", {}, 0],
    ["not known", { state: "unknown" }, 0],
    ["acted on", { isActedOn: true }, 1],
    ["recovering, whatever still fires", { state: "recovering", severity: 0.9 }, 1.9],
    ["well, but something fires", { severity: 0.25 }, 2.25],
    ["degraded", { state: "degraded" }, 2],
    ["failing", { state: "failing", severity: 0.5, isActedOn: true }, 3.5],
    ["failing as badly as can be, below the next class", { state: "failing", severity: 1 }, 3.999],
    ["the root cause", { isRoot: true, state: "degraded", severity: 0.1 }, 4.1],
  ])("ranks what is %s", (_name, changes, trouble) => {
    expect(troubleOf({ ...WELL, ...changes })).toBe(trouble);
  });
});
