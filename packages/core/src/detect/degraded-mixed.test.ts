import { describe, expect, it } from "vitest";
import { Degraded } from "./degraded.ts";
import type { DependencyWindow } from "./dependency-window.ts";
import type { Finding } from "./detection.ts";
import { lastAbnormal, statesOf, tell, windowsUntilAbnormal } from "./fixtures/told.ts";
import { histogramOf, normal, seeded, SimulatedFleet, windowOf } from "./fixtures/windows.ts";
import type { Traffic } from "./fixtures/windows.ts";

const FAULT_AT = 300;

/** A service that calls others in turn, so that its calls are not alike: what `SimulatedFleet` says, told by operation. */
function mixed(traffic: Traffic, seconds: number, seed = 1): DependencyWindow[] {
  return new SimulatedFleet(traffic, seed).take(seconds).map((window) => ({
    ...window,
    callsMade: window.calls,
    selfByOperation: new Map(window.latency ? [["", window.latency]] : []),
  }));
}

describe("degraded, of calls that are not alike", () => {
  it.each([
    ["their server's side is told", { gap: histogramOf([0.001]) }],
    ["they make calls in turn", { callsMade: 2 }],
    [
      "they are of two operations",
      {
        selfByOperation: new Map([
          ["read", histogramOf([1])!],
          ["write", histogramOf([1])!],
        ]),
      },
    ],
  ])("does not judge their latency as one kind where %s", (_, more) => {
    const random = seeded(3);
    const at = (latencyS: number) => {
      const draw = (median: number) =>
        histogramOf(Array.from({ length: 20 }, () => median * Math.exp(0.3 * normal(random))));
      return windowOf({
        latency: draw(latencyS),
        outcomes: { ok: 20 },
        selfByOperation: new Map([["read", draw(0.05)!]]),
        ...more,
      });
    };
    const last = (detector: Degraded, latencyS: number) =>
      tell(
        detector,
        Array.from({ length: 60 }, () => at(latencyS)),
      ).at(-1)!.state;
    const detector = new Degraded();
    last(detector, 0.2);
    expect(last(detector, 2)).toBe("normal");
  });

  it("judges it where they are of one operation and end in themselves", () => {
    const random = seeded(3);
    const at = (latencyS: number) => {
      const latency = histogramOf(
        Array.from({ length: 20 }, () => latencyS * Math.exp(0.3 * normal(random))),
      )!;
      const selfByOperation = new Map([["read", latency]]);
      return windowOf({
        latency,
        self: latency,
        outcomes: { ok: 20 },
        selfByOperation,
        callsMade: 0,
      });
    };
    const detector = new Degraded();
    for (let second = 0; second < 60; second += 1) detector.observe(at(0.2));
    const slow = Array.from({ length: 10 }, () => at(0.4));
    expect(windowsUntilAbnormal(detector, slow)).toBeLessThanOrEqual(4);
  });

  it("sees within four seconds that they hang, though no time of any operation is told", () => {
    const traffic: Traffic = {
      rate: () => 10,
      medianS: () => 0.2,
      hangs: (second) => second >= FAULT_AT,
    };
    for (const seed of [1, 2, 3]) {
      const detector = new Degraded();
      const windows = mixed(traffic, FAULT_AT + 60, seed);
      expect(statesOf(detector, windows.slice(0, FAULT_AT))).not.toContain("abnormal");
      const found = tell(detector, windows.slice(FAULT_AT));
      expect(found.findIndex(({ state }) => state === "abnormal")).toBeLessThanOrEqual(4);
      expect(lastAbnormal(found).evidence["stream"]).toBe("open");
      expect(new Set(found.slice(10).map(({ state }: Finding) => state))).toEqual(
        new Set(["abnormal"]),
      );
    }
  });

  it("is over when what hung has gone and calls end again", () => {
    const traffic: Traffic = {
      rate: () => 10,
      medianS: () => 0.2,
      hangs: (second) => second >= FAULT_AT && second < FAULT_AT + 20,
      timeoutS: 30,
    };
    const states = statesOf(new Degraded(), mixed(traffic, FAULT_AT + 120));
    expect(states.slice(FAULT_AT, FAULT_AT + 20)).toContain("abnormal");
    expect(states.slice(-30)).not.toContain("abnormal");
  });

  it("does not take calls for hanging that were long and have ended", () => {
    const random = seeded(4);
    const detector = new Degraded();
    const at = (durations: readonly number[]) =>
      windowOf({
        latency: histogramOf(durations),
        outcomes: { ok: durations.length },
        calls: durations.length,
        callsMade: durations.length,
        selfByOperation: new Map([["", histogramOf(durations.map(() => 0.01))!]]),
      });
    const usual = () => Array.from({ length: 5 }, () => 0.2 * Math.exp(0.3 * normal(random)));
    const windows = Array.from({ length: 400 }, (_, second) =>
      at(second % 100 > 94 ? [5, 6, 7, 8, 9] : usual()),
    );
    expect(statesOf(detector, windows)).not.toContain("abnormal");
  });

  it("goes on after a restart as before, in the midst of a hang", () => {
    const traffic: Traffic = {
      rate: () => 10,
      medianS: () => 0.2,
      hangs: (second) => second >= FAULT_AT,
    };
    const windows = mixed(traffic, FAULT_AT + 40);
    for (const at of [100, FAULT_AT + 1, FAULT_AT + 20]) {
      const detector = new Degraded();
      tell(detector, windows.slice(0, at));
      const twin = new Degraded();
      twin.restore(JSON.parse(JSON.stringify(detector.state())));
      expect(tell(twin, windows.slice(at))).toEqual(tell(detector, windows.slice(at)));
      expect(twin.state()).toEqual(detector.state());
    }
  });
});
