import { describe, expect, it } from "vitest";
import { ExponentialHistogram } from "../signals/histogram.ts";
import type { SignalPoint } from "../signals/report.ts";
import { FleetSignals } from "./fleet-signals.ts";
import type { DependencySignals } from "./dependency-signals.ts";

function histogramOf(...values: number[]) {
  const histogram = new ExponentialHistogram();
  for (const value of values) histogram.record(value);
  return histogram.data();
}

const called = (dependency: string): SignalPoint => ({
  signal: "headway.call.duration",
  attributes: { dependency, outcome: "ok" },
  value: histogramOf(1),
});
const width = (from: string, to: string, calls: number): SignalPoint => ({
  signal: "headway.fanout.width",
  attributes: { from, to },
  value: histogramOf(calls),
});
const gap = (from: string, dependency: string, seconds: number): SignalPoint => ({
  signal: "headway.attempt.gap",
  attributes: { dependency, from },
  value: histogramOf(seconds),
});

function fleetOf(...reports: readonly (readonly SignalPoint[])[]): FleetSignals {
  const fleet = new FleetSignals({
    dependenciesMax: 100,
    agentsMax: 10,
    historyMs: 60_000,
    historyWindowsMax: 100,
  });
  for (const [index, points] of reports.entries())
    fleet.record({ instance: `process ${index}`, windowMs: 1_000, points }, 1_000);
  return fleet;
}

function windowOf(signals: DependencySignals | undefined) {
  return signals!.window(signals!.sample(1_000))!;
}

describe("what a dependency's own calls call", () => {
  it("is joined from what is told of the called, over all processes", () => {
    const fleet = fleetOf(
      [called("rpc:shop"), width("rpc:shop", "rpc:till", 2), gap("rpc:shop", "rpc:till", 0.25)],
      [
        width("rpc:shop", "db:shop", 3),
        width("rpc:shop", "rpc:till", 1),
        gap("rpc:shop", "rpc:till", 0.5),
      ],
    );
    const shop = windowOf(fleet.open("rpc:shop", 1_000));
    expect(shop.callsMade).toBe(6);
    expect(shop.gapsMade!.get("rpc:till")).toMatchObject({ count: 2, sum: 0.75 });
    expect([...shop.gapsMade!.keys()]).toEqual(["rpc:till"]);
    const till = windowOf(fleet.open("rpc:till", 1_000));
    expect(till).toMatchObject({ callsMade: 0, gapsMade: new Map(), gap: { count: 2 } });
    expect(till.fanOut.get("rpc:shop")).toMatchObject({ count: 2 });
  });

  it("is nobody's where an agent calls, who is called by nobody", () => {
    const fleet = fleetOf([called("rpc:shop"), width("planner", "rpc:shop", 4)]);
    expect(fleet.size).toBe(1);
    expect(windowOf(fleet.open("rpc:shop", 1_000)).callsMade).toBe(0);
  });
});
