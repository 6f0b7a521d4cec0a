import { POLICY_DEFAULT } from "@headway/core";
import { describe, expect, it } from "vitest";
import { CONFIG_DEFAULT } from "../config/config.ts";
import type { Arrival } from "./arrival.ts";
import { VirtualService } from "./virtual-service.ts";

const report = (atMs: number, windowMs = 1_000): Arrival => ({
  kind: "reports",
  atMs,
  reports: [{ instance: "a", windowMs, points: [] }],
});

function ticksOf(arrivals: readonly Arrival[], ticksAreRecorded = false): readonly number[] {
  const ticks: number[] = [];
  const service = new VirtualService({
    policy: POLICY_DEFAULT,
    tickMs: 1_000,
    settleMs: 1_500,
    limits: CONFIG_DEFAULT.limits,
    ticksAreRecorded,
    onChange: (_change, nowMs) => ticks.push(nowMs),
    onAttempt: () => undefined,
  });
  for (const arrival of arrivals) service.arrive(arrival);
  service.end();
  return ticks;
}

describe("a virtual service", () => {
  it("ticks from the first arrival on, until what came last is settled and looked at", () => {
    expect(ticksOf([report(500), report(2_600)])).toEqual([1_500, 2_500, 3_500, 4_500, 5_500]);
  });

  it("ticks at once after an early report, never twice within a tenth of a second, and keeps its beat", () => {
    const ticks = ticksOf([report(0), report(1_250, 200), report(1_300, 200), report(1_310, 200)]);
    expect(ticks.slice(0, 4)).toEqual([1_000, 1_250, 1_350, 2_000]);
  });

  it.each([
    [899, [1_000, 1_500, 2_000]],
    [900, [1_000, 2_000, 3_000]],
  ])("takes a window of %i ms for what it is", (windowMs, ticks) => {
    expect(ticksOf([report(0), report(1_500, windowMs)]).slice(0, 3)).toEqual(ticks);
  });

  it("ticks through a pause of three minutes, and jumps over a longer one", () => {
    const through = ticksOf([report(0), report(180_000)]);
    expect(through.filter((atMs) => atMs <= 180_000)).toHaveLength(180);
    const over = ticksOf([report(0), report(180_001)]);
    expect(over.filter((atMs) => atMs <= 180_001)).toHaveLength(180);
    expect(over[180]).toBe(181_001);
    expect(ticksOf([report(0), report(9_000_000)])).toHaveLength(180 + 3);
  });

  it("ticks when a recording says so, and then only", () => {
    const tick = (atMs: number): Arrival => ({ kind: "tick", atMs });
    const list = [report(0), report(100, 50), tick(1_003), report(5_000), tick(5_500)];
    expect(ticksOf(list, true)).toEqual([1_003, 5_500]);
  });

  it("never runs back, whatever the recording says", () => {
    expect(ticksOf([report(10_000), report(4_000)])[0]).toBe(11_000);
  });
});
