import { describe, expect, it } from "vitest";
import { breakerFast } from "./breaker-fast.ts";
import { breakerOpossum } from "./breaker-opossum.ts";
import { breakerResilience4j } from "./breaker-resilience4j.ts";
import { Desk, countOf } from "./fixtures/desk.ts";

describe("resilience4j's breaker", () => {
  const failing = (failures: number, calls = 100): Desk => {
    const desk = new Desk(breakerResilience4j);
    for (let call = 0; call < calls; call += 1)
      desk.pass(call < calls - failures ? "ok" : "timeout");
    return desk;
  };

  it.each([
    [49, 100, "go"],
    [50, 100, "refuse"],
    [99, 99, "go"],
  ] as const)("after %i failures in %i calls says %s", (failures, calls, said) => {
    expect(failing(failures, calls).ask().said).toBe(said);
  });

  it("looks at the last 100 calls only", () => {
    const desk = failing(49);
    for (let call = 0; call < 100; call += 1) desk.pass("ok");
    for (let call = 0; call < 49; call += 1) desk.pass("error");
    expect(desk.ask().said).toBe("go");
    desk.pass("error");
    expect(desk.ask().said).toBe("refuse");
  });

  it("stays open for 60 s, then lets 10 calls go", () => {
    const desk = failing(50);
    desk.at(59_999);
    expect(desk.ask().said).toBe("refuse");
    desk.at(60_000);
    expect(countOf(desk.askMany(20), "go")).toBe(10);
  });

  it.each([
    [4, 20],
    [5, 0],
  ])("with %i of the 10 failing lets %i of the next 20 go", (failures, goes) => {
    const desk = failing(50);
    desk.at(60_000);
    const probes = desk.askMany(10);
    for (const [at, probe] of probes.entries()) desk.end(probe, at < failures ? "error" : "ok");
    expect(countOf(desk.askMany(20), "go")).toBe(goes);
  });

  it("judges no state by calls that went before it", () => {
    const desk = new Desk(breakerResilience4j);
    const early = desk.askMany(10);
    for (let call = 0; call < 100; call += 1) desk.pass("error");
    desk.at(60_000);
    desk.askMany(10);
    for (const one of early) desk.end(one, "ok");
    expect(desk.ask().said).toBe("refuse");
  });

  it("opens on calls that are all slower than 60 s, though they succeed", () => {
    const desk = new Desk(breakerResilience4j);
    for (let call = 0; call < 99; call += 1) desk.pass("ok", 60_000);
    expect(desk.ask().said).toBe("go");
    desk.pass("ok", 60_000);
    expect(desk.ask().said).toBe("refuse");
  });
});

describe.each([
  { policy: breakerOpossum, openMs: 30_000, callsMin: 1 },
  { policy: breakerFast, openMs: 5_000, callsMin: 5 },
])("$policy.name", ({ policy, openMs, callsMin }) => {
  const opened = (): Desk => {
    const desk = new Desk(policy);
    for (let call = 0; call < callsMin; call += 1) desk.pass("error");
    return desk;
  };

  it(`opens at ${callsMin} failing calls, not before`, () => {
    const desk = new Desk(policy);
    for (let call = 1; call < callsMin; call += 1) desk.pass("error");
    expect(desk.pass("error")).toBe("go");
    expect(desk.ask().said).toBe("refuse");
  });

  it("opens above half, not at half", () => {
    const desk = new Desk(policy);
    for (let call = 0; call < 10; call += 1) desk.pass("ok");
    for (let call = 0; call < 10; call += 1) expect(desk.pass("timeout")).toBe("go");
    expect(desk.pass("timeout")).toBe("go");
    expect(desk.ask().said).toBe("refuse");
  });

  it("forgets what is 10 s old", () => {
    const desk = new Desk(policy);
    for (let call = 0; call < 20; call += 1) desk.pass("ok");
    desk.at(11_000);
    for (let call = 0; call < callsMin; call += 1) desk.pass("error");
    expect(desk.ask().said).toBe("refuse");
  });

  it(`lets one call try after ${openMs} ms, which closes it`, () => {
    const desk = opened();
    desk.at(openMs - 1);
    expect(desk.ask().said).toBe("refuse");
    desk.at(openMs);
    const [probe, ...others] = desk.askMany(5);
    expect([probe!.said, countOf(others, "refuse")]).toEqual(["go", 4]);
    desk.end(probe!, "ok");
    expect(countOf(desk.askMany(5), "go")).toBe(5);
  });

  it("opens again when that call fails", () => {
    const desk = opened();
    desk.at(openMs);
    desk.pass("timeout");
    expect(desk.ask().said).toBe("refuse");
    desk.at(2 * openMs - 1);
    expect(desk.ask().said).toBe("refuse");
    desk.at(2 * openMs);
    expect(desk.ask().said).toBe("go");
  });

  it("lets another try where that call was given up by its caller", () => {
    const desk = opened();
    desk.at(openMs);
    desk.pass("cancelled");
    expect(desk.ask().said).toBe("go");
  });
});

it("a breaker that closes forgets what failed before", () => {
  const desk = new Desk(breakerFast);
  for (let call = 0; call < 5; call += 1) desk.pass("error");
  desk.at(5_000);
  desk.pass("ok");
  // Still within the 10 s of the five that failed.
  desk.pass("error");
  expect(desk.ask().said).toBe("go");
});
