import { describe, expect, it } from "vitest";
import type { Asked } from "./fixtures/desk.ts";
import { Desk } from "./fixtures/desk.ts";
import { retryBudgetAws } from "./retry-budget-aws.ts";
import { retryBudgetEnvoy } from "./retry-budget-envoy.ts";

/** Retries that are granted to calls that have each failed once, among so many in flight. */
function granted(desk: Desk, failed: readonly Asked[]): number {
  return failed.filter((one) => desk.retryAfter(one, "timeout", 100) === 100).length;
}

function failMany(desk: Desk, count: number): Asked[] {
  const asked = desk.askMany(count);
  for (const one of asked) desk.end(one, "timeout", 4_000);
  return asked;
}

describe("Envoy's retry budget", () => {
  it.each([
    [0, 3],
    [15, 3],
    [19, 3],
    [20, 4],
    [100, 20],
  ])("with %i in flight grants %i retries at a time", (active, retries) => {
    const desk = new Desk(retryBudgetEnvoy);
    desk.askMany(active);
    expect(granted(desk, failMany(desk, 50))).toBe(retries);
  });

  it("counts a retry until it has ended, not until it goes", () => {
    const desk = new Desk(retryBudgetEnvoy);
    const failed = failMany(desk, 4);
    expect(granted(desk, failed)).toBe(3);
    const retry = desk.ask({ call: failed[0]!.attempt.call, number: 2 });
    expect(granted(desk, failMany(desk, 1))).toBe(0);
    desk.end(retry, "ok");
    expect(granted(desk, failMany(desk, 2))).toBe(1);
  });

  it("forgets a call that ended in its back-off when its deadline has passed", () => {
    const desk = new Desk(retryBudgetEnvoy);
    const failed = desk.askMany(3, { deadlineMs: 10_000 });
    for (const one of failed) desk.end(one, "timeout");
    expect(granted(desk, failed)).toBe(3);
    desk.at(9_999);
    expect(granted(desk, failMany(desk, 1))).toBe(0);
    desk.at(10_000);
    expect(granted(desk, failMany(desk, 1))).toBe(1);
  });

  it("is one for each process and each dependency", () => {
    const desk = new Desk(retryBudgetEnvoy, { processes: 2 });
    expect(granted(desk, failMany(desk, 9))).toBe(3);
    const other = desk.ask({ process: 1 });
    const elsewhere = desk.ask({ dependency: "db:other" });
    expect(granted(desk, [other, elsewhere])).toBe(2);
  });
});

describe("the AWS SDKs' retry quota", () => {
  it("affords 35 retries after time-outs, and 100 after throttles", () => {
    const dead = new Desk(retryBudgetAws);
    expect(granted(dead, failMany(dead, 200))).toBe(35);
    const desk = new Desk(retryBudgetAws);
    const throttled = desk.askMany(200);
    const kept = throttled.filter((one) => desk.retryAfter(one, "throttled", 100) === 100);
    expect(kept).toHaveLength(100);
  });

  it("gives back what the retry cost when it succeeds, and 1 for a first try", () => {
    const desk = new Desk(retryBudgetAws);
    const failed = failMany(desk, 40);
    expect(granted(desk, failed)).toBe(35);
    // 500 - 35 * 14 = 10 are left: 4 first tries make 14.
    for (let time = 0; time < 3; time += 1) desk.pass("ok");
    expect(granted(desk, failMany(desk, 1))).toBe(0);
    desk.pass("ok");
    expect(granted(desk, failMany(desk, 2))).toBe(1);
    desk.pass("ok", 500, { call: failed[0]!.attempt.call, number: 2 });
    expect(granted(desk, failMany(desk, 2))).toBe(1);
  });

  it("retries nothing that it refused or that was cancelled", () => {
    const desk = new Desk(retryBudgetAws);
    expect(desk.retryAfter(desk.ask(), "cancelled", 100)).toBeUndefined();
  });
});
