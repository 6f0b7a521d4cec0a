import { ExponentialHistogram } from "@headway/core/signals";
import type { SignalPoint } from "@headway/core/signals";
import { describe, expect, it } from "vitest";
import { EngineWatch } from "./engine-watch.ts";
import type { Second } from "./span-reports.ts";

function histogramOf(...values: number[]) {
  const histogram = new ExponentialHistogram();
  for (const value of values) histogram.record(value);
  return histogram.data();
}

/** One second of a till that a shop calls three times, as the recorder tells it. */
function second(endS: number, selfS: number): Second {
  const dependency = "rpc:till";
  const times = histogramOf(selfS, selfS, selfS);
  const points: SignalPoint[] = [
    {
      signal: "headway.attempt.duration",
      attributes: { dependency, outcome: "ok", retry: false },
      value: times,
    },
    { signal: "headway.call.duration", attributes: { dependency, outcome: "ok" }, value: times },
    { signal: "headway.attempt.self", attributes: { dependency, operation: "pay" }, value: times },
    {
      signal: "headway.attempt.gap",
      attributes: { dependency, from: "rpc:shop" },
      value: histogramOf(0.001, 0.001, 0.001),
    },
    { signal: "headway.edge.calls", attributes: { from: "rpc:shop", to: dependency }, value: 3 },
  ];
  return { endS, report: { instance: "one", windowMs: 1_000, points } };
}

function heard(watch: EngineWatch, fromS: number, toS: number, selfS: number) {
  return Array.from({ length: toS - fromS }, (_, index) =>
    watch.observe(second(fromS + index, selfS)),
  ).flat();
}

describe("the engine on spans", () => {
  it("raises an alarm once for as long as it stands, and again when it comes back", () => {
    const watch = new EngineWatch();
    expect(heard(watch, 0, 120, 0.02)).toEqual([]);
    expect(heard(watch, 120, 160, 2)).toEqual([
      { atS: 122, stream: "self", service: "till", edges: ["shop"] },
    ]);
    expect(heard(watch, 160, 300, 0.02)).toEqual([]);
    expect(heard(watch, 300, 340, 2)).toHaveLength(1);
  });

  it("goes on in a fork as it would have, and is not changed by it", () => {
    const watch = new EngineWatch();
    heard(watch, 0, 120, 0.02);
    const [fork, second] = [watch.fork(), watch.fork()];
    const alarms = heard(fork, 120, 140, 2);
    expect(alarms).toHaveLength(1);
    expect(heard(second, 120, 140, 2)).toEqual(alarms);
    expect(heard(watch, 120, 140, 2)).toEqual(alarms);
  });

  it("hears only what it is told", () => {
    const deaf = new EngineWatch({
      told: (window) => ({ ...window, selfByOperation: new Map() }),
    });
    heard(deaf, 0, 120, 0.02);
    expect(heard(deaf, 120, 160, 2)).toEqual([]);
  });
});
