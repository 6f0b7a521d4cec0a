import { describe, expect, it } from "vitest";
import { recoverySeconds } from "./recovery.ts";

/** 10 offered a second for 100 s; `good` says what was done in each. */
function recovery(
  good: (second: number) => number,
  lagS = 0,
  offered: typeof good = () => 10,
): number {
  const seconds = Array.from({ length: 100 }, (_, second) => second);
  return recoverySeconds({
    offered: seconds.map(offered),
    good: seconds.map(good),
    endS: 40,
    lagS,
  });
}

describe("recovery", () => {
  it("is 0 where nothing ever was amiss", () => expect(recovery(() => 10)).toBe(0));

  it("is from the first second on from which every window of 10 s is good for 20 s", () => {
    expect(recovery((second) => (second < 47 ? 0 : 10))).toBe(7);
  });

  it("forgives a twentieth, and no more", () => {
    expect(recovery(() => 9.5)).toBe(0);
    expect(recovery(() => 9.49)).toBe(Infinity);
  });

  it("begins anew after a relapse within the 20 s", () => {
    expect(recovery((second) => (second === 55 ? 0 : 10))).toBe(16);
  });

  it("is held for 20 s, not for ever", () => {
    expect(recovery((second) => (second >= 60 ? 0 : 10))).toBe(0);
    expect(recovery((second) => (second >= 59 ? 0 : 10))).toBe(Infinity);
  });

  it("compares with what was offered a usual duration earlier", () => {
    const risesAt = (riseS: number) => (second: number) => (second < riseS ? 10 : 20);
    expect(recovery(() => 9, 5)).toBe(Infinity);
    expect(recovery(risesAt(55), 5, risesAt(50))).toBe(0);
    expect(recovery(risesAt(55), 0, risesAt(50))).toBeGreaterThan(0);
    expect(recovery(risesAt(53), 2.5, risesAt(50))).toBe(0);
  });
});
