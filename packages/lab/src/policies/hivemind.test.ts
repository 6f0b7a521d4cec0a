import { describe, expect, it } from "vitest";
import { Desk, TIMEOUT_MS, countOf } from "./fixtures/desk.ts";
import { hivemind } from "./hivemind.ts";

describe("HiveMind's proxy", () => {
  it("lets 50 out at first; the rest wait", () => {
    const asked = new Desk(hivemind).askMany(60);
    expect([countOf(asked, "go"), countOf(asked, "nothing")]).toEqual([50, 10]);
  });

  it("halves with every failure, down to one at a time", () => {
    const desk = new Desk(hivemind);
    for (const left of [25, 12, 6, 3, 1, 1]) {
      desk.pass("error", 10);
      const asked = desk.askMany(60);
      expect(countOf(asked, "go")).toBe(left);
      for (const one of asked) desk.withdraw(one);
      for (const one of asked.filter(({ said }) => said === "go")) desk.end(one, "cancelled");
    }
  });

  it("grows by 5 every 5 s while the last 20 latencies average 2 s, and halves above", () => {
    const after = (latencyMs: number): number => {
      const desk = new Desk(hivemind);
      desk.pass("error", 10);
      for (let call = 0; call < 20; call += 1) desk.pass("ok", latencyMs);
      desk.at(5_000);
      desk.pass("ok", latencyMs);
      return countOf(desk.askMany(60), "go");
    };
    expect([after(2_000), after(2_001)]).toEqual([30, 12]);
  });

  it("opens at 20 calls of which half failed, for 10 s, and says when to come back", () => {
    const desk = new Desk(hivemind);
    for (let call = 0; call < 10; call += 1) desk.pass("ok");
    for (let call = 0; call < 9; call += 1) desk.pass("error");
    expect(desk.ask().said).toBe("go");
    desk.end(desk.ask(), "cancelled");
    const shut = new Desk(hivemind);
    for (let call = 0; call < 10; call += 1) shut.pass("ok");
    for (let call = 0; call < 10; call += 1) shut.pass("error");
    const refused = shut.ask();
    expect([refused.said, refused.retryAfterMs]).toEqual(["refuse", 10_000]);
    expect(shut.retryAfter(refused, "refused", 1, 10_000)).toBe(10_000);
    shut.at(10_000);
    expect(shut.ask().said).toBe("refuse");
    shut.at(10_001);
    expect(shut.pass("ok")).toBe("go");
    expect(shut.ask().said).toBe("go");
  });

  it("judges each score of calls anew", () => {
    const desk = new Desk(hivemind);
    // Nine of the first twenty fail, the twentieth among them, so that it is then that they are judged.
    for (let call = 0; call < 11; call += 1) desk.pass("ok");
    for (let call = 0; call < 9; call += 1) desk.pass("error");
    for (let call = 0; call < 17; call += 1) desk.pass("ok");
    for (let call = 0; call < 9; call += 1) expect(desk.pass("error")).toBe("go");
    expect(desk.ask().said).toBe("go");
  });

  it("pauses for as long as the API asked, and then goes on by itself", () => {
    const desk = new Desk(hivemind);
    desk.end(desk.ask(), "throttled", 10, 3_000);
    const waiting = desk.ask();
    desk.at(2_999);
    expect(waiting.said).toBe("nothing");
    desk.at(3_000);
    expect(waiting.said).toBe("go");
  });

  it.each([
    [1, 0.5, undefined, 1_000],
    [3, 0.5, undefined, 4_000],
    [1, 0, undefined, 750],
    [9, 0.5, undefined, 30_000],
    [1, 0.5, 7_000, 7_000],
  ])("pauses before retry %i (draw %f, Retry-After %s) for %i ms", (number, draw, after, ms) => {
    const desk = new Desk(hivemind, { draw });
    expect(desk.retryAfter(desk.ask({ number }), "throttled", 1, after)).toBe(ms);
  });

  it("takes an attempt that its own deadline cut short for no failure", () => {
    const desk = new Desk(hivemind);
    desk.pass("timeout", TIMEOUT_MS - 1);
    expect(countOf(desk.askMany(60), "go")).toBe(50);
    const late = new Desk(hivemind);
    late.pass("timeout", TIMEOUT_MS);
    expect(countOf(late.askMany(60), "go")).toBe(25);
  });
});
