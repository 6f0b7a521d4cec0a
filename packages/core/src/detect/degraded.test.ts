import { describe, expect, it } from "vitest";
import { Degraded } from "./degraded.ts";
import { histogramOf, normal, seeded, SimulatedFleet, windowOf } from "./fixtures/windows.ts";
import type { Traffic } from "./fixtures/windows.ts";
import { lastAbnormal, statesOf, tell, windowsUntilAbnormal } from "./fixtures/told.ts";

const FAULT_AT = 300;
const SEEDS = [1, 2, 3, 4, 5];

function delays(traffic: Partial<Traffic>, withFault: Partial<Traffic>): readonly number[] {
  return SEEDS.map((seed) => {
    const healthy: Traffic = { rate: () => 50, medianS: () => 0.2, ...traffic };
    const faulty: Traffic = { ...healthy, ...withFault };
    const at = (second: number) => (second < FAULT_AT ? healthy : faulty);
    const hangs = (second: number) => second >= FAULT_AT && (faulty.hangs?.(second) ?? false);
    const fleet = new SimulatedFleet(
      {
        ...healthy,
        rate: (second) => at(second).rate(second),
        medianS: (second, inFlight) => at(second).medianS(second, inFlight),
        hangs,
      },
      seed,
    );
    const detector = new Degraded();
    expect(statesOf(detector, fleet.take(FAULT_AT))).not.toContain("abnormal");
    return windowsUntilAbnormal(detector, fleet.take(120));
  });
}

describe("degraded", () => {
  it("fires within three seconds of a slow-down by four at 50 calls a second", () => {
    expect(Math.max(...delays({}, { medianS: () => 0.8 }))).toBeLessThanOrEqual(3);
  });

  it("fires within four seconds of a slow-down by two, and six of one by half", () => {
    expect(Math.max(...delays({}, { medianS: () => 0.4 }))).toBeLessThanOrEqual(4);
    expect(Math.max(...delays({}, { medianS: () => 0.3 }))).toBeLessThanOrEqual(6);
  });

  it("needs eight seconds for a slow-down by four at 5 calls a second", () => {
    expect(Math.max(...delays({ rate: () => 5 }, { medianS: () => 0.8 }))).toBeLessThanOrEqual(8);
  });

  it("sees within three seconds that every call hangs, though not one span of them has ended", () => {
    expect(Math.max(...delays({}, { hangs: () => true }))).toBeLessThanOrEqual(3);
  });

  it("sees a model hang that answers one call a second in ten seconds, within four answers' time", () => {
    expect(
      Math.max(...delays({ rate: () => 1, medianS: () => 10, sigma: 0.7 }, { hangs: () => true })),
    ).toBeLessThanOrEqual(40);
  });

  it("names time-outs a slow-down, for they are calls that did not end", () => {
    expect(Math.max(...delays({ timeoutS: 2 }, { medianS: () => 8 }))).toBeLessThanOrEqual(3);
  });

  it("goes on saying so while all time out, when ages rise no more", () => {
    const fleet = new SimulatedFleet(
      { rate: () => 50, medianS: (second) => (second < FAULT_AT ? 0.2 : 30), timeoutS: 2 },
      4,
    );
    const states = statesOf(new Degraded(), fleet.take(FAULT_AT + 60));
    expect(new Set(states.slice(FAULT_AT + 5))).toEqual(new Set(["abnormal"]));
  });

  it("says nothing of a slow-down by a tenth, however long it lasts", () => {
    expect(delays({}, { medianS: () => 0.22 })).toEqual(SEEDS.map(() => Infinity));
  });

  it("says nothing of one that is large in proportion and below 10 ms", () => {
    const random = seeded(1);
    const fast = (median: number) =>
      windowOf({
        latency: histogramOf(
          Array.from({ length: 50 }, () => median * Math.exp(0.3 * normal(random))),
        ),
        outcomes: { ok: 50 },
      });
    const detector = new Degraded();
    tell(
      detector,
      Array.from({ length: 300 }, () => fast(0.000_5)),
    );
    expect(
      statesOf(
        detector,
        Array.from({ length: 60 }, () => fast(0.008)),
      ),
    ).not.toContain("abnormal");
    expect(
      statesOf(
        detector,
        Array.from({ length: 60 }, () => fast(0.02)),
      ),
    ).toContain("abnormal");
  });

  it("takes a rush hour of three times the calls, and half as much latency again, for what it is", () => {
    const rush = (second: number) => 50 * (2 - Math.cos((2 * Math.PI * second) / 3_600));
    const fleet = new SimulatedFleet(
      { rate: rush, medianS: (_, inFlight) => 0.2 * (1 + inFlight / 100) },
      5,
    );
    expect(statesOf(new Degraded(), fleet.take(7_200))).not.toContain("abnormal");
  });

  it("takes the long answers at the end of a burst for what they are", () => {
    const burst = (second: number) => (second % 120 < 20 ? 30 : 0.5);
    const fleet = new SimulatedFleet({ rate: burst, medianS: () => 4, sigma: 0.9 }, 6);
    expect(statesOf(new Degraded(), fleet.take(3_600))).not.toContain("abnormal");
  });

  it("sees a gap between client and server span that the whole call hides", () => {
    const random = seeded(2);
    const window = (gapS: number) => {
      const draw = (median: number) =>
        histogramOf(Array.from({ length: 20 }, () => median * Math.exp(0.3 * normal(random))));
      return windowOf({ latency: draw(2), self: draw(2), gap: draw(gapS), outcomes: { ok: 20 } });
    };
    const detector = new Degraded();
    expect(
      statesOf(
        detector,
        Array.from({ length: 300 }, () => window(0.004)),
      ),
    ).not.toContain("abnormal");
    const finding = lastAbnormal(
      tell(
        detector,
        Array.from({ length: 10 }, () => window(0.03)),
      ),
    );
    expect(finding.evidence["stream"]).toBe("gap");
  });

  it("gives what it measured, against what, and how sure", () => {
    const fleet = new SimulatedFleet(
      { rate: () => 50, medianS: (second) => (second < FAULT_AT ? 0.2 : 0.8) },
      1,
    );
    const { evidence, severity, summary } = lastAbnormal(
      tell(new Degraded(), fleet.take(FAULT_AT + 20)),
    );
    expect(evidence["stream"]).toBe("latency");
    expect(evidence["usualS"]).toBeCloseTo(0.2, 1);
    expect(evidence["recentS"]).toBeGreaterThan(0.7);
    expect(evidence["recentS"]).toBeLessThan(0.9);
    expect(severity).toBeCloseTo(0.75, 1);
    expect(summary).toMatch(/^latency \d\.\d times its usual: 0\.\d+ s against 0\.2\d* s/);
  });

  it("is normal again within ten seconds of the recovery", () => {
    const fleet = new SimulatedFleet(
      {
        rate: () => 50,
        medianS: (second) => (second >= FAULT_AT && second < FAULT_AT + 30 ? 0.8 : 0.2),
      },
      2,
    );
    const states = statesOf(new Degraded(), fleet.take(FAULT_AT + 60));
    expect(states.slice(FAULT_AT + 3, FAULT_AT + 30)).not.toContain("normal");
    expect(states.slice(FAULT_AT + 40)).not.toContain("abnormal");
  });

  it("sees a slow-down by four within eleven seconds when it has known the dependency for 45 only", () => {
    for (const seed of SEEDS) {
      const fleet = new SimulatedFleet(
        { rate: () => 5, medianS: (second) => (second < 45 ? 0.2 : 0.8) },
        seed,
      );
      const detector = new Degraded();
      tell(detector, fleet.take(45));
      expect(windowsUntilAbnormal(detector, fleet.take(30))).toBeLessThanOrEqual(11);
    }
  });

  it("does not learn a fault of ten minutes as usual", () => {
    const fleet = new SimulatedFleet(
      { rate: () => 20, medianS: (second) => (second < FAULT_AT ? 0.2 : 0.6) },
      3,
    );
    const states = statesOf(new Degraded(), fleet.take(FAULT_AT + 600));
    expect(states.slice(FAULT_AT + 5)).not.toContain("normal");
  });

  it("cannot say before it has seen half a minute, nor of a window without news", () => {
    const fleet = new SimulatedFleet({ rate: () => 50, medianS: () => 0.2 }, 4);
    const detector = new Degraded();
    expect(new Set(statesOf(detector, fleet.take(25)))).toEqual(new Set(["unknown"]));
    tell(detector, fleet.take(100));
    expect(detector.observe(windowOf())).toEqual({ state: "unknown" });
  });
});
