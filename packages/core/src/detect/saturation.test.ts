import { describe, expect, it } from "vitest";
import { SimulatedFleet, windowOf } from "./fixtures/windows.ts";
import { lastAbnormal, statesOf, tell, windowsUntilAbnormal } from "./fixtures/told.ts";
import { Saturation } from "./saturation.ts";

/** Twenty servers of 0.2 s: 100 a second and no more; what is beyond waits. Deterministic, so that Little's law is exact. */
function queueing(offered: (second: number) => number, seconds: number) {
  let queue = 0;
  return Array.from({ length: seconds }, (_, second) => {
    queue += offered(second);
    const ok = Math.min(queue, 100);
    queue -= ok;
    return windowOf({
      calls: offered(second),
      attempts: ok,
      outcomes: { ok },
      inFlight: Math.round(ok * 0.2 + queue),
    });
  });
}

describe("saturation", () => {
  it("is seen within five windows of demand passing what the dependency can serve", () => {
    const windows = queueing((second) => (second < 300 ? 90 : 120), 330);
    const detector = new Saturation();
    expect(statesOf(detector, windows.slice(0, 300))).not.toContain("abnormal");
    expect(windowsUntilAbnormal(detector, windows.slice(300))).toBeLessThanOrEqual(5);
  });

  it("is none while throughput grows with what is in flight", () => {
    const detector = new Saturation();
    expect(
      statesOf(
        detector,
        queueing((second) => (second < 300 ? 30 : 95), 600),
      ),
    ).not.toContain("abnormal");
  });

  it("is none of slow calls that come in a cluster by chance: in-flight remembers them for as long as they take", () => {
    for (let seed = 1; seed <= 8; seed += 1) {
      const fleet = new SimulatedFleet({ rate: () => 0.5, medianS: () => 8, sigma: 0.9 }, seed);
      expect(statesOf(new Saturation(), fleet.take(7_200))).not.toContain("abnormal");
    }
  });

  it("is seen in less than a minute where calls of eight seconds are no longer answered", () => {
    for (let seed = 1; seed <= 8; seed += 1) {
      const hangs = (second: number): boolean => second >= 900;
      const fleet = new SimulatedFleet(
        { rate: () => 1, medianS: () => 8, sigma: 0.9, hangs },
        seed,
      );
      const detector = new Saturation();
      expect(statesOf(detector, fleet.take(900))).not.toContain("abnormal");
      expect(windowsUntilAbnormal(detector, fleet.take(120))).toBeLessThan(60);
    }
  });

  it("is none in a rush hour that the dependency bears", () => {
    const fleet = new SimulatedFleet(
      { rate: (second) => 40 * (2 - Math.cos(second / 300)), medianS: () => 0.3 },
      4,
    );
    expect(statesOf(new Saturation(), fleet.take(3_600))).not.toContain("abnormal");
  });

  it("tells in-flight and throughput against usual, and the headroom to the vulnerable point", () => {
    const windows = queueing((second) => (second < 300 ? 90 : 120), 320);
    const { evidence } = lastAbnormal(tell(new Saturation(), windows));
    expect(evidence["inFlightUsual"]).toBeCloseTo(18, 0);
    expect(evidence["inFlight"]).toBeGreaterThan(200);
    expect(evidence["throughputPeak"]).toBeCloseTo(100, 0);
    expect(evidence["vulnerableAt"]).toBeCloseTo(100 / 1.2, 0);
    // 120 offered, 83 is what survives a trigger with a retry budget of a fifth.
    expect(evidence["headroom"]).toBeCloseTo(100 / 1.2 - 120, -1);
  });

  it("cannot say before half a minute, nor of an idle window", () => {
    const detector = new Saturation();
    expect(
      new Set(
        statesOf(
          detector,
          queueing(() => 50, 30),
        ),
      ),
    ).toEqual(new Set(["unknown"]));
    expect(
      statesOf(
        detector,
        queueing(() => 50, 1),
      ),
    ).toEqual(["normal"]);
    expect(detector.observe(windowOf())).toEqual({ state: "unknown" });
  });

  /** Each second with as many in flight and as many good answers, give or take one. */
  const standing = (seconds: number, inFlight: number, ok: number) =>
    Array.from({ length: seconds }, (_, second) =>
      windowOf({
        outcomes: { ok: ok + (second % 3) - 1 },
        inFlight: inFlight + (second % 2),
      }),
    );

  it.each([
    ["is it, where in-flight has grown and throughput has not", 200, 100, true],
    ["is none, where throughput has grown too", 200, 150, false],
    ["is none, where throughput has fallen and in-flight has not grown", 20, 30, false],
  ])("%s", (_, inFlight, ok, isSaturated) => {
    const detector = new Saturation();
    expect(statesOf(detector, standing(300, 20, 100))).not.toContain("abnormal");
    // The first ten seconds are the smoothed numbers' to follow.
    const states = statesOf(detector, standing(60, inFlight, ok)).slice(10);
    expect(states.includes("abnormal")).toBe(isSaturated);
  });

  it("is seen within a minute and a half where calls take ten minutes", () => {
    const detector = new Saturation();
    expect(statesOf(detector, standing(1_800, 600, 1))).not.toContain("abnormal");
    expect(windowsUntilAbnormal(detector, standing(120, 1_500, 1))).toBeLessThan(90);
  });

  it("goes on identically after a restart, in the midst of a sample and of an alarm", () => {
    const hangs = (second: number): boolean => second >= 900 && second < 960;
    const fleet = new SimulatedFleet({ rate: () => 1, medianS: () => 8, sigma: 0.9, hangs }, 2);
    const windows = fleet.take(1_000);
    const states = statesOf(new Saturation(), windows);
    expect(states).toContain("abnormal");
    for (const cut of [20, 21, 22, 700, 701, 702, 703, 950, 951, 952, 953]) {
      const before = new Saturation();
      tell(before, windows.slice(0, cut));
      const after = new Saturation();
      after.restore(JSON.parse(JSON.stringify(before.state())));
      expect(statesOf(after, windows.slice(cut))).toEqual(states.slice(cut));
      expect(JSON.stringify(after.state())).not.toBe(JSON.stringify(new Saturation().state()));
    }
  });
});
