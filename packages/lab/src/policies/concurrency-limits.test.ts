import { describe, expect, it } from "vitest";
import { AimdLimit, aimd } from "./aimd.ts";
import { Desk, countOf } from "./fixtures/desk.ts";
import { Gradient2Limit, gradient2 } from "./gradient2.ts";
import { VegasLimit, vegas } from "./vegas.ts";

const ok = (latencyMs: number, inFlight = 20) => ({ latencyMs, inFlight, drop: undefined });
const drop = { latencyMs: 4_000, inFlight: 20, drop: "timeout" } as const;

describe.each([aimd, vegas, gradient2])("$name", (policy) => {
  it("lets 20 out at first, and refuses the next at once", () => {
    const desk = new Desk(policy);
    const asked = desk.askMany(25);
    expect([countOf(asked, "go"), countOf(asked, "refuse")]).toEqual([20, 5]);
    desk.end(asked[0]!, "cancelled");
    expect(countOf(desk.askMany(2), "go")).toBe(1);
  });

  it("learns nothing from an error that is no overload", () => {
    const desk = new Desk(policy);
    const asked = desk.askMany(20);
    for (const one of asked) desk.end(one, "error", 10);
    expect(countOf(desk.askMany(25), "go")).toBe(20);
  });
});

describe("AIMD", () => {
  it.each([
    ["a drop", [drop], 18],
    ["five seconds", [ok(5_000)], 21],
    ["more than five", [ok(5_001)], 18],
    ["half in use", [ok(500, 10)], 21],
    ["less than half in use", [ok(500, 9)], 20],
    ["many drops", Array.from({ length: 50 }, () => drop), 1],
    ["a long calm", Array.from({ length: 500 }, () => ok(500, 200)), 200],
  ])("after %s", (_what, samples, limit) => {
    const aimdLimit = new AimdLimit();
    for (const sample of samples) aimdLimit.sample(sample);
    expect(aimdLimit.limit).toBe(limit);
  });
});

describe("Vegas", () => {
  const after = (...latenciesMs: number[]): number => {
    const limit = new VegasLimit(() => 0.999);
    for (const ms of latenciesMs) limit.sample(ok(ms));
    return limit.limit;
  };

  it.each([
    ["the first sample only sets the base", [100], 20],
    ["no queue", [100, 100], 26],
    ["a queue of 1", [100, 105], 26],
    ["a queue of 2", [100, 110], 21],
    ["a queue of 3", [100, 117], 20],
    ["a queue of 6", [100, 140], 20],
    ["a queue of 7", [100, 150], 19],
    ["a faster one sets the base anew", [100, 50, 100], 19],
  ])("%s", (_what, latenciesMs, limit) => {
    expect(after(...latenciesMs)).toBe(limit);
  });

  it("leaves the limit where less than half is in use, and falls with a drop all the same", () => {
    const limit = new VegasLimit(() => 0.999);
    limit.sample(ok(100));
    limit.sample(ok(100, 9));
    expect(limit.limit).toBe(20);
    limit.sample({ ...drop, inFlight: 1 });
    expect(limit.limit).toBe(19);
  });

  it("takes its base anew after 30 L U(.5, 1) samples", () => {
    const limit = new VegasLimit(() => 0);
    limit.sample(ok(100));
    // 0.5 * 30 * 20 = 300: the 300th sample.
    for (let at = 2; at < 300; at += 1) limit.sample(ok(1_000, 1));
    limit.sample(ok(1_000, 1));
    limit.sample(ok(1_000));
    expect(limit.limit).toBe(26);
  });

  it("takes no base from a quick rejection", () => {
    const limit = new VegasLimit(() => 0.999);
    limit.sample(ok(100));
    limit.sample({ latencyMs: 1, inFlight: 20, drop: "throttled" });
    limit.sample(ok(100));
    expect(limit.limit).toBe(25);
  });
});

describe("Gradient2", () => {
  it("grows by 0.8 with each sample while latency is as ever", () => {
    const limit = new Gradient2Limit();
    limit.sample(ok(100));
    expect(limit.limit).toBeCloseTo(20.8, 12);
    limit.sample(ok(100, 21));
    expect(limit.limit).toBeCloseTo(21.6, 12);
  });

  it("shrinks when latency is more than 1.5 times the long average, by a tenth at most", () => {
    const limit = new Gradient2Limit();
    for (let at = 0; at < 10; at += 1) limit.sample(ok(100, 1));
    limit.sample(ok(1_000));
    // long = 100 + 2/601 * 900; 1.5 long / 1000 is below one half.
    expect(limit.limit).toBeCloseTo(0.8 * 20 + 0.2 * (0.5 * 20 + 4), 12);
  });

  it("draws a long average down that is twice too high", () => {
    const limit = new Gradient2Limit();
    for (let at = 0; at < 10; at += 1) limit.sample(ok(1_000, 1));
    for (let at = 0; at < 15; at += 1) limit.sample(ok(100, 1));
    // Undrawn it would still stand at 955: 15 times 5 % bring it to 443, so 600 is no more than 1.5 times slower.
    limit.sample(ok(700));
    expect(limit.limit).toBeLessThan(20.8);
    expect(limit.limit).toBeGreaterThan(20);
  });

  it("holds while less than half is in use, and takes a throttle for no latency", () => {
    const limit = new Gradient2Limit();
    limit.sample(ok(100, 9));
    limit.sample({ latencyMs: 1, inFlight: 20, drop: "throttled" });
    expect(limit.limit).toBe(20);
  });
});
