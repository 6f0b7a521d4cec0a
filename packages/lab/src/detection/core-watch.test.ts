import { ExponentialHistogram } from "@headway/core/signals";
import { describe, expect, it } from "vitest";
import { CoreWatch } from "./core-watch.ts";
import { windowWith } from "./synthetic-windows.ts";

function histogramOf(...values: number[]) {
  const histogram = new ExponentialHistogram();
  for (const value of values) histogram.record(value);
  return histogram.data();
}

/** One second of `rpc:till`, which the shop calls. */
function second(endS: number, selfS: number) {
  const window = {
    ...windowWith({ endMs: endS * 1_000, ok: 3 }),
    dependency: "rpc:till",
    selfByOperation: new Map([["pay", histogramOf(selfS, selfS, selfS)]]),
    gapsMade: new Map(),
    callsFrom: new Map([["rpc:shop", 3]]),
  };
  return { endS, windows: new Map([["rpc:till", window]]) };
}

function heard(watch: CoreWatch, fromS: number, toS: number, selfS: number) {
  return Array.from({ length: toS - fromS }, (_, index) =>
    watch.observe(second(fromS + index, selfS)),
  ).flat();
}

describe("core's detectors on spans", () => {
  it("raise an alarm once for as long as it stands, and again when it comes back", () => {
    const watch = new CoreWatch();
    expect(heard(watch, 0, 120, 0.02)).toEqual([]);
    expect(heard(watch, 120, 160, 2)).toEqual([
      { atS: 122, stream: "self", service: "till", edges: ["shop"] },
    ]);
    expect(heard(watch, 160, 300, 0.02)).toEqual([]);
    expect(heard(watch, 300, 340, 2)).toHaveLength(1);
  });

  it("go on in a fork as they would have, and are not changed by it", () => {
    const watch = new CoreWatch();
    heard(watch, 0, 120, 0.02);
    const fork = watch.fork();
    const alarms = heard(fork, 120, 140, 2);
    expect(alarms).toHaveLength(1);
    expect(heard(watch, 120, 140, 2)).toEqual(alarms);
  });

  it("hear only what they are told", () => {
    const deaf = new CoreWatch({ told: (window) => ({ ...window, selfByOperation: new Map() }) });
    heard(deaf, 0, 120, 0.02);
    expect(heard(deaf, 120, 160, 2)).toEqual([]);
  });
});
