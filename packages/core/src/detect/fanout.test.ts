import { describe, expect, it } from "vitest";
import { Fanout } from "./fanout.ts";
import { histogramOf, poisson, seeded, SimulatedFleet, windowOf } from "./fixtures/windows.ts";
import { lastAbnormal, statesOf, tell, windowsUntilAbnormal } from "./fixtures/told.ts";

function planner(width: (second: number) => number, seconds: number, seed: number) {
  const random = seeded(seed);
  return Array.from({ length: seconds }, (_, second) => {
    const widths = Array.from(
      { length: poisson(3, random) },
      () => 1 + poisson(width(second) - 1, random),
    );
    const histogram = histogramOf(widths);
    const quiet = histogramOf([1, 1]);
    return windowOf({
      calls: 5,
      attempts: 5,
      fanOut: new Map([
        ["agent:quiet", quiet!],
        ...(histogram ? ([["agent:planner", histogram]] as const) : []),
      ]),
    });
  });
}

describe("fan-out", () => {
  it("that triples is seen within ten windows, with the parent that does it", () => {
    const windows = planner((second) => (second < 300 ? 4 : 12), 330, 1);
    const detector = new Fanout();
    expect(statesOf(detector, windows.slice(0, 300))).not.toContain("abnormal");
    const findings = tell(detector, windows.slice(300));
    expect(findings.slice(0, 10).map(({ state }) => state)).toContain("abnormal");
    expect(lastAbnormal(findings).evidence).toMatchObject({
      measure: "calls per parent",
      parent: "agent:planner",
    });
  });

  it("that grows by a fifth is left alone", () => {
    expect(
      statesOf(
        new Fanout(),
        planner((second) => (second < 300 ? 8 : 9.6), 1_200, 2),
      ),
    ).not.toContain("abnormal");
  });

  it("sees one call become two attempts within five windows, and its end", () => {
    const errorShare = (second: number) => (second >= 120 && second < 180 ? 0.95 : 0.02);
    const fleet = new SimulatedFleet(
      { rate: () => 20, medianS: () => 0.2, tries: 3, errorShare },
      3,
    );
    const detector = new Fanout();
    tell(detector, fleet.take(120));
    const during = fleet.take(60);
    expect(windowsUntilAbnormal(detector, during.slice(0, 20))).toBeLessThanOrEqual(5);
    const finding = lastAbnormal(tell(detector, during.slice(20)));
    expect(finding.evidence["recent"]).toBeGreaterThan(2.5);
    expect(finding.evidence["usual"]).toBeLessThan(1.1);
    expect(statesOf(detector, fleet.take(30)).slice(10)).not.toContain("abnormal");
  });

  it("knows nothing without attempts and widths", () => {
    expect(new Fanout().observe(windowOf())).toEqual({ state: "unknown" });
  });

  it("does not become usual while it lasts", () => {
    const windows = planner((second) => (second < 300 ? 4 : 12), 900, 4);
    const detector = new Fanout();
    tell(detector, windows.slice(0, 300));
    const findings = tell(detector, windows.slice(300));
    expect(findings.at(-1)?.state).toBe("abnormal");
    expect(lastAbnormal(findings).evidence["usual"]).toBeLessThan(6);
  });

  const retried = (attempts: number, retries: number) => windowOf({ attempts, retries });

  it("by retries does not become usual while it lasts, nor is forgotten in a restart", () => {
    const detector = new Fanout();
    tell(
      detector,
      Array.from({ length: 120 }, () => retried(100, 1)),
    );
    const findings = tell(
      detector,
      Array.from({ length: 1_200 }, () => retried(40, 20)),
    );
    expect(findings.at(-1)?.state).toBe("abnormal");
    expect(lastAbnormal(findings).evidence["usual"]).toBeLessThan(1.05);
    const restarted = new Fanout();
    restarted.restore(JSON.parse(JSON.stringify(detector.state())));
    // One retry alone says nothing to one that knows nothing.
    expect(new Fanout().observe(retried(2, 1)).state).toBe("normal");
    expect(restarted.observe(retried(2, 1)).state).toBe("abnormal");
  });

  function parent(
    made: (second: number) => number,
    seconds: number,
    perSecond: number,
    seed: number,
  ) {
    const random = seeded(seed);
    return Array.from({ length: seconds }, (_, second) => {
      const calls = poisson(perSecond, random);
      const each = () => (made(second) === 0 ? 0 : 1 + poisson(made(second) - 1, random));
      const callsMade = Array.from({ length: calls }, each).reduce((sum, width) => sum + width, 0);
      return windowOf({ calls, attempts: calls, callsMade });
    });
  }

  it("of calls that are cut short, and call nobody any more, is seen within five windows", () => {
    const windows = parent((second) => (second < 200 ? 10 : 0), 260, 5, 1);
    const detector = new Fanout();
    expect(statesOf(detector, windows.slice(0, 200))).not.toContain("abnormal");
    expect(windowsUntilAbnormal(detector, windows.slice(200))).toBeLessThanOrEqual(5);
    const finding = lastAbnormal(tell(detector, windows.slice(210)));
    expect(finding.evidence).toMatchObject({ measure: "calls made per call" });
    expect(finding.evidence["usual"]).toBeCloseTo(10, 0);
    expect(finding.evidence["recent"]).toBeLessThan(0.3);
    expect(finding.severity).toBeGreaterThan(0.9);
  });

  it("of calls that make three times as many calls is seen as well, and a fifth more is not", () => {
    const more = parent((second) => (second < 200 ? 4 : 12), 220, 5, 2);
    expect(lastAbnormal(tell(new Fanout(), more)).evidence["factor"]).toBeGreaterThan(2.5);
    const fifth = parent((second) => (second < 200 ? 5 : 6), 1_200, 5, 3);
    expect(statesOf(new Fanout(), fifth)).not.toContain("abnormal");
  });

  it("is nothing that a dependency has which never calls anything", () => {
    const bursts = parent(() => 0, 2_000, 5, 4).map((window, second) =>
      windowOf({ calls: second > 1_000 ? 60 : window.calls, callsMade: 0 }),
    );
    expect(statesOf(new Fanout(), bursts)).not.toContain("abnormal");
  });
});
