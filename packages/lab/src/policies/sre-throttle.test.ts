import { describe, expect, it } from "vitest";
import { Desk, countOf } from "./fixtures/desk.ts";
import { rejectionProbability, sreThrottle } from "./sre-throttle.ts";

describe("the SRE throttle", () => {
  it.each([
    [0, 0, 0],
    [100, 50, 0],
    [100, 49, 2 / 101],
    [100, 0, 100 / 101],
    [3, 3, 0],
  ])("rejects at %i requests and %i accepts with probability %f", (total, marked, probability) => {
    expect(rejectionProbability({ total, marked })).toBeCloseTo(probability, 12);
  });

  it("counts what it rejects as wanted, so that a dead dependency gets ever less", () => {
    const desk = new Desk(sreThrottle);
    const sent = [100, 1_000].map((count) => {
      let goes = 0;
      for (let call = 0; call < count; call += 1) if (desk.pass("error") === "go") goes += 1;
      return goes;
    });
    // The n-th request goes with probability 1 / n: in all about ln 100 and ln(1,100 / 100).
    expect(sent[0]).toBeGreaterThan(1);
    expect(sent[0]).toBeLessThan(14);
    expect(sent[1]).toBeLessThan(9);
  });

  it("forgets after two minutes", () => {
    const desk = new Desk(sreThrottle, { draw: 0.5 });
    for (let call = 0; call < 100; call += 1) desk.pass("error");
    desk.at(118_000);
    expect(desk.ask().said).toBe("refuse");
    desk.at(250_000);
    expect(countOf(desk.askMany(2), "go")).toBe(2);
  });
});
