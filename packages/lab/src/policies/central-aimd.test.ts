import { describe, expect, it } from "vitest";
import { centralAimdGentle } from "./central-aimd-gentle.ts";
import { centralAimd } from "./central-aimd.ts";
import { Desk, TIMEOUT_MS, countOf } from "./fixtures/desk.ts";

/** How many more find a place. */
function places(desk: Desk, inFlight = 0): number {
  return inFlight + countOf(desk.askMany(300), "go");
}

describe.each([
  { policy: centralAimd, first: 48, more: 52, less: 33, least: 4 },
  { policy: centralAimdGentle, first: 20, more: 21, less: 17, least: 1 },
])("$policy.name", ({ policy, first, more, less, least }) => {
  it("is one limit for all processes", () => {
    const desk = new Desk(policy, { processes: 2 });
    desk.askMany(first - 1, { process: 0 });
    expect(countOf(desk.askMany(2, { process: 1 }), "go")).toBe(1);
    expect(countOf(desk.askMany(2, { dependency: "db:other" }), "go")).toBe(2);
  });

  it("grows after a second in which it was reached, and not after another", () => {
    const idle = new Desk(policy);
    idle.askMany(first - 1);
    idle.at(1_500);
    expect(places(idle, first - 1)).toBe(first);
    const busy = new Desk(policy);
    busy.askMany(first);
    busy.at(1_500);
    expect(places(busy, first)).toBe(more);
  });

  it("falls once a second, however many fail in it", () => {
    const desk = new Desk(policy);
    const asked = desk.askMany(first);
    for (const one of asked) desk.end(one, "timeout", TIMEOUT_MS);
    expect(places(desk)).toBe(less);
  });

  it("does not grow after a second with a failure, reached or not", () => {
    const desk = new Desk(policy);
    const asked = desk.askMany(first);
    desk.at(500);
    desk.end(asked[0]!, "error");
    desk.at(1_100);
    for (const one of asked.slice(1)) desk.end(one, "cancelled");
    expect(places(desk)).toBe(less);
  });

  it("falls to its floor and no further", () => {
    const desk = new Desk(policy);
    for (let second = 0; second < 60; second += 1) {
      desk.at(second * 1_000 + 500);
      desk.pass("throttled", 10);
    }
    expect(places(desk)).toBe(least);
  });

  it("takes an attempt that its own deadline cut short for no failure", () => {
    const desk = new Desk(policy);
    desk.pass("timeout", TIMEOUT_MS - 1);
    expect(places(desk)).toBe(first);
  });

  it("serves the urgent first when a place is free, and nobody who has withdrawn", () => {
    const desk = new Desk(policy);
    const [one, two] = desk.askMany(first);
    const normal = desk.ask({ priority: 3 });
    const gone = desk.ask({ priority: 1 });
    const urgent = desk.ask({ priority: 1 });
    desk.withdraw(gone);
    desk.end(one!, "ok");
    expect([normal.said, gone.said, urgent.said]).toEqual(["nothing", "nothing", "go"]);
    desk.end(two!, "ok");
    expect(normal.said).toBe("go");
  });
});
